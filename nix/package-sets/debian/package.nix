/**
  A package under a nixpkgs name: the programs of some Debian packages, ready to run.

  # Inputs

  `name`
  : the package's name

  `debianNames`
  : the Debian packages whose programs it offers
*/
{
  busybox,
  debs,
  lib,
  runBusybox,
}:
let
  /**
    Names that a Debian system gives to programs with its alternatives system, by package.
  */
  alternatives = {
    bash.sh = "bash";
    gawk.awk = "gawk";
  };
in
{ name, debianNames }:
assert lib.all debs.require debianNames;
let
  closure = debs.toClosure debianNames;
in
runBusybox {
  inherit name;
  script = ./package.sh;
  environment = {
    inherit (debs.platform) loader triplet;
    outputs = [
      "out"
      "lib"
    ];
    shell = "${busybox}/bin/sh";
    programFolders = map (each: debs.all.${each}) debianNames;
    libraryFolders = map (each: debs.all.${each}) closure;
    alternatives = lib.mapAttrsToList (link: program: "${link}=${program}") (
      alternatives.${name} or { }
    );
  };
  passthru = {
    debs = closure;
    installedSize = lib.foldl' (sum: each: sum + debs.installedSize each) 0 closure;
  };
}
