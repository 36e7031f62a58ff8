/**
  Run shell commands that make `$out`, with bash and the usual tools in the PATH.

  The second argument's attributes become environment variables, but for those that mean
  something to nixpkgs' `runCommand` as well: `meta`, `passthru`, `nativeBuildInputs` and
  `buildInputs`, whose programs join the PATH.
*/
{ packages, runBash }:
let
  usualTools = [
    packages.coreutils
    packages.findutils
    packages.gawk
    packages.gnugrep
    packages.gnused
    packages.gnutar
    packages.gzip
    packages.bash
  ];
in
name: environment: buildCommand:
runBash {
  inherit name;
  script = ./runCommand.sh;
  tools = environment.nativeBuildInputs or [ ] ++ environment.buildInputs or [ ] ++ usualTools;
  meta = environment.meta or { };
  passthru = environment.passthru or { };
  environment = {
    preferLocalBuild = true;
  }
  // removeAttrs environment [
    "meta"
    "passthru"
  ]
  // {
    inherit buildCommand;
    passAsFile = [ "buildCommand" ] ++ environment.passAsFile or [ ];
  };
}
