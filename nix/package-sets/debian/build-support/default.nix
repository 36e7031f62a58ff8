/**
  The builders, under nixpkgs' names and with its argument names.
*/
{
  lib,
  makeDerivation,
  packages,
  runBusybox,
}:
let
  writeTextFile = import ./writeTextFile.nix { inherit runBusybox; };
  runBash = import ./runBash.nix { inherit lib makeDerivation packages; };
  runCommand = import ./runCommand.nix { inherit packages runBash; };
in
{
  inherit
    makeDerivation
    runBash
    runBusybox
    runCommand
    writeTextFile
    ;

  buildEnv = import ./buildEnv.nix { inherit runCommand; };

  linkFarm = import ./linkFarm.nix { inherit lib runCommand; };

  runCommandLocal = runCommand;

  runtimeShell = "${packages.bash}/bin/bash";

  symlinkJoin = import ./symlinkJoin.nix { inherit runCommand; };

  writeScript =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
    };

  writeScriptBin =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
      destination = "/bin/${name}";
    };

  writeShellApplication = import ./writeShellApplication.nix { inherit lib packages; };

  writeShellScript =
    name: text: import ./writeShellScript.nix { inherit packages; } { inherit name text; };

  writeShellScriptBin =
    name: text:
    import ./writeShellScript.nix { inherit packages; } {
      inherit name text;
      destination = "/bin/${name}";
    };

  writeText = name: text: writeTextFile { inherit name text; };

  writeTextDir =
    path: text:
    writeTextFile {
      inherit text;
      name = baseNameOf path;
      destination = "/${path}";
    };
}
