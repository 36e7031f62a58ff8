/**
  What a Debian system with some packages consists of.

  This is all that the system takes from the lock: of each package `version`, `essential`,
  `preDepends` and `depends` (names of locked packages), `installedSize` in bytes, and its .deb
  file.

  # Type

      toClosure :: [String] -> { essential, others }

  Both are lists of { name, version, deb, size }; in `others` what is needed comes before what needs
  it, as far as there is no circle. `essential` is the same for all packages of a lock.
*/
{
  base,
  debs,
  lib,
  locked,
}:
let
  inherit (locked) packages;

  toKeys = map (key: { inherit key; });

  /**
    The packages with all that they depend on, those first that others need.
  */
  toNames =
    names:
    let
      reached = builtins.genericClosure {
        startSet = toKeys names;
        operator =
          { key }:
          assert debs.require key;
          toKeys (packages.${key}.preDepends ++ packages.${key}.depends);
      };
    in
    lib.foldl' (names: { key }: [ key ] ++ names) [ ] reached;

  # Maintainer scripts call programs of the base without a dependency on them, such as adduser.
  essential = builtins.sort builtins.lessThan (
    toNames (
      lib.filter (name: packages.${name}.essential) (builtins.attrNames packages) ++ base
    )
  );

  isEssential = lib.genAttrs essential (_: true);

  toPackage = name: {
    inherit name;
    inherit (packages.${name}) version;
    deb = debs.files.${name};
    size = packages.${name}.installedSize;
  };
in
names: {
  essential = map toPackage essential;
  others = map toPackage (lib.filter (name: !isEssential ? ${name}) (toNames names));
}
