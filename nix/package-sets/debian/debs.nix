/**
  The .deb files (`files`), what is in them (`all`), and what depends on what among them.
*/
{
  ignoredDependencies,
  lib,
  locked,
  mirrors,
  runBusybox,
  system,
}:
let
  toStoreName =
    name: version:
    "debian-${name}-${
      builtins.replaceStrings [ ":" "~" "%" ] [ "-" "-" "-" ] version
    }";

  toAddresses = import ./mirrors.nix {
    inherit (locked) archives suite;
    inherit lib mirrors;
  };

  fetchDeb = import ./fetchDeb.nix {
    inherit system;
    inherit (locked) seed;
  };

  fetch =
    name: package:
    fetchDeb {
      inherit name;
      inherit (package) sha256 size;
      addresses = toAddresses package;
    };

  files = builtins.mapAttrs (
    name: package: fetch (toStoreName name package.version) package
  ) locked.packages;

  unpack =
    name: package:
    runBusybox {
      name = toStoreName name package.version;
      script = ./unpack-deb.sh;
      environment.deb = files.${name};
    };

  all = builtins.mapAttrs unpack locked.packages;

  # What only an installed system needs is not unpacked for a program that runs outside of one.
  toDependencies =
    { depends, preDepends, ... }:
    lib.filter (name: !builtins.elem name ignoredDependencies) (preDepends ++ depends);

  /**
    Fail with what to do when a package is not in the lock.
  */
  require =
    name:
    locked.packages ? ${name}
    || throw "the Debian package ${name} is not in the package lock: add it to the project's list of Debian packages, or run `nixgen packages lock` if it is there already";
in
{
  inherit all files require;

  inherit (locked) platform;

  /**
    The names of the packages with all that they depend on, sorted.

    # Type

        toClosure :: [String] -> [String]
  */
  toClosure =
    names:
    map ({ key }: key) (
      builtins.sort (a: b: a.key < b.key) (
        builtins.genericClosure {
          startSet = map (key: { inherit key; }) names;
          operator =
            { key }:
            assert require key;
            map (key: { inherit key; }) (toDependencies locked.packages.${key});
        }
      )
    );

  /**
    A Debian package, unpacked, with its name and the bytes that it takes as Debian says.
  */
  toSized = name: {
    inherit name;
    path = "${all.${name}}";
    size = locked.packages.${name}.installedSize or 0;
  };
}
