/**
  A package under a nixpkgs name: the programs of some Debian packages, ready to run.

  # Inputs

  `name`
  : the package's name

  `debianNames`
  : the Debian packages whose programs it offers

  `passthru`
  : more attributes of the derivation

  # Output

  A derivation. Its attribute `debs` lists the Debian packages that it may refer to, each with
  `name`, `path` and `size`, in bytes.
*/
{
  debs,
  lib,
  runBusybox,
}:
let
  /**
    Names that a Debian system gives to programs with its alternatives system, by package.
  */
  alternatives = {
    bash = {
      bash = "bash-static";
      sh = "bash";
    };
    gawk.awk = "gawk";
  };
in
{
  name,
  debianNames,
  passthru ? { },
}:
assert lib.all debs.require debianNames;
let
  closure = debs.toClosure debianNames;
in
runBusybox {
  inherit name;
  passthru = {
    debs = map debs.toSized closure;
  }
  // passthru;
  script = ./package.sh;
  environment = {
    inherit (debs.platform) loader triplet;
    outputs = [
      "out"
      "lib"
    ];
    # Not busybox: its shell drops environment variables that it cannot hold, such as a.b=1.
    shell = "${debs.all.bash-static}/usr/bin/bash-static";
    programFolders = map (each: debs.all.${each}) debianNames;
    libraryFolders = map (each: debs.all.${each}) closure;
    alternatives = lib.mapAttrsToList (link: program: "${link}=${program}") (
      alternatives.${name} or { }
    );
  };
}
