/**
  A derivation whose builder is a script for bash, with the programs of `tools` in its PATH.
*/
{
  lib,
  makeDerivation,
  packages,
}:
{
  name,
  script,
  tools,
  environment ? { },
  passthru ? { },
  meta ? { },
}:
makeDerivation {
  inherit meta name passthru;
  builder = "${packages.bash}/bin/bash";
  args = [
    "-eu"
    "-o"
    "pipefail"
    script
  ];
  environment = {
    PATH = lib.makeBinPath tools;
    SHELL = "${packages.bash}/bin/bash";
  }
  // environment;
}
