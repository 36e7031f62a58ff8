/**
  Run shell commands that make `$out`, with bash and the usual tools in the PATH.

  The second argument's attributes become environment variables, but for those that mean
  something to nixpkgs' `runCommand` as well: `meta`, `passthru`, `nativeBuildInputs` and
  `buildInputs`, whose programs join the PATH.
*/
{
  lib,
  makeDerivation,
  packages,
}:
let
  tools = [
    packages.coreutils
    packages.findutils
    packages.gawk
    packages.gnugrep
    packages.gnused
    packages.gnutar
    packages.gzip
    packages.bash
  ];

  toolPath = lib.makeBinPath tools;

  withoutDerivation = [
    "meta"
    "passthru"
  ];
in
name: environment: buildCommand:
let
  inputs = environment.nativeBuildInputs or [ ] ++ environment.buildInputs or [ ];
in
makeDerivation {
  inherit name;
  meta = environment.meta or { };
  passthru = environment.passthru or { };
  builder = "${packages.busybox}/bin/sh";
  args = [
    "-eu"
    ./runCommand.sh
  ];
  environment = {
    preferLocalBuild = true;
  }
  // removeAttrs environment withoutDerivation
  // {
    inherit buildCommand;
    bash = packages.runtimeShell;
    toolPath = if inputs == [ ] then toolPath else "${lib.makeBinPath inputs}:${toolPath}";
    passAsFile = [ "buildCommand" ] ++ environment.passAsFile or [ ];
  };
}
