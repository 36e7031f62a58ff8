/**
  Names and groups of the store paths that layers are made from.
*/
{ lib }:
let
  discardContext = builtins.unsafeDiscardStringContext;
in
{
  /**
    The image's name as a part of a store path's name.
  */
  toStoreName = name: builtins.replaceStrings [ "/" ":" "@" ] [ "-" "-" "-" ] name;

  /**
    The name of a store path, cut to what the name of another one has room for.
  */
  toPathName =
    path: builtins.substring 33 100 (baseNameOf (discardContext "${path}"));

  /**
    The paths without repetitions, in the order of their first occurrence.
  */
  toDistinct =
    paths:
    let
      keyed = lib.imap0 (index: path: {
        inherit index path;
        name = discardContext "${path}";
      }) paths;
      firsts = builtins.listToAttrs (
        map (entry: {
          inherit (entry) name;
          value = entry.index;
        }) keyed
      );
    in
    map (entry: entry.path) (lib.filter (entry: firsts.${entry.name} == entry.index) keyed);

  /**
    A group for each path, but the last group takes all that are too many.
  */
  toGroups =
    number: paths:
    if lib.length paths <= number then
      map lib.singleton paths
    else
      map lib.singleton (lib.take (number - 1) paths) ++ [ (lib.drop (number - 1) paths) ];
}
