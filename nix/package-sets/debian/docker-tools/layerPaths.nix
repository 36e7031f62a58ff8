/**
  Names of the store paths that layers are made from, and which of them have layers of their own.
*/
{
  lib,
  pkgs,
  smallestLarge,
}:
let
  discardContext = builtins.unsafeDiscardStringContext;

  toDerivationName = path: builtins.match "${builtins.storeDir}/[0-9a-z]+-(.*)[.]drv" path;

  /**
    The package of this set that a store path is an output of, in a list, or none.
  */
  toPackages =
    path:
    let
      origins = builtins.attrNames (builtins.getContext "${path}");
      origin = lib.head origins;
      name = toDerivationName origin;
      package = pkgs.${lib.head name} or null;
    in
    lib.optional (
      lib.length origins == 1
      && name != null
      && package ? debs
      && discardContext package.drvPath == origin
    ) package;
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
    The packages among store paths that run in a Debian system alone, each once, sorted by their names.
  */
  toSystemPackages =
    paths:
    let
      found = lib.filter (package: package ? debianName) (lib.concatMap toPackages paths);
    in
    builtins.attrValues (
      builtins.listToAttrs (map (package: lib.nameValuePair package.debianName package) found)
    );

  /**
    The large Debian packages that a package of this set may need: `name`, `path` and `size`.
  */
  toLargeDebs =
    path:
    lib.concatMap (package: lib.filter (deb: deb.size >= smallestLarge) package.debs) (
      toPackages path
    );
}
