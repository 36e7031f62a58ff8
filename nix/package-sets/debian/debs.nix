/**
  The unpacked .deb files, and what depends on what among them.
*/
{
  lib,
  locked,
  runBusybox,
}:
let
  toStoreName =
    name: version:
    "debian-${name}-${
      builtins.replaceStrings [ ":" "~" "%" ] [ "-" "-" "-" ] version
    }";

  /**
    Nix's own fetcher needs no program of any package set.
  */
  fetch =
    name:
    { address, sha256, ... }:
    derivation {
      name = "${name}.deb";
      system = "builtin";
      builder = "builtin:fetchurl";
      url = address;
      urls = [ address ];
      outputHashAlgo = "sha256";
      outputHashMode = "flat";
      outputHash = sha256;
      executable = false;
      unpack = false;
      preferLocalBuild = true;
    };

  unpack =
    name: package:
    let
      storeName = toStoreName name package.version;
    in
    runBusybox {
      name = storeName;
      script = ./unpack-deb.sh;
      environment.deb = fetch storeName package;
    };

  all = builtins.mapAttrs unpack locked.packages;

  /**
    Fail with what to do when a package is not in the lock.
  */
  require =
    name:
    locked.packages ? ${name}
    || throw "the Debian package ${name} is not in the package lock: add it to the project's list of Debian packages, or run `nixgen packages lock` if it is there already";
in
{
  inherit all require;

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
            map (key: { inherit key; }) locked.packages.${key}.dependencies;
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
