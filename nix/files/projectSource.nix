/**
  A file or folder of the project in the store, without what git ignores, .git and __pycache__.

  # Inputs

  `root`
  : the project's folder

  `path`
  : the file or folder below it, such as "app"; "" for all

  `exclude`
  : further patterns as in a .gitignore file in that folder

  # Example

      projectSource { root = ../..; path = "app"; }
*/
let
  inherit (builtins)
    baseNameOf
    concatStringsSep
    elem
    filter
    genList
    isString
    split
    stringLength
    substring
    ;

  gitignore = import ./gitignore.nix;

  # What a store path may be called.
  toName =
    path:
    let
      characters = genList (index: substring index 1 path) (stringLength path);
      isPlain = character: builtins.match "[A-Za-z0-9+._?=-]" character != null;
      plain = concatStringsSep "" (filter isPlain characters);
    in
    if plain == "" || substring 0 1 plain == "." then "source" else plain;
in
{
  root,
  path ? "",
  exclude ? [ ],
}:
let
  source = if path == "" then root else root + "/${path}";

  inRoot = gitignore.isIgnoredBelow root;
  above = stringLength (toString root) + 1;
  aboveSource = stringLength (toString source) + 1;

  isExcluded =
    gitignore.isIgnored (gitignore.toRules (concatStringsSep "\n" exclude));

  isKept =
    file: type:
    file == toString source
    || !(
      elem (baseNameOf file) [
        ".git"
        "__pycache__"
      ]
      || inRoot (substring above (-1) file) type
      || isExcluded (substring aboveSource (-1) file) type
    );
in
builtins.path {
  name = toName (baseNameOf path);
  path = source;
  filter = isKept;
}
