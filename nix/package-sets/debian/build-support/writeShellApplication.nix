/**
  A program written for bash that stops at the first failure and finds its `runtimeInputs`.
*/
{ lib, packages }:
{
  name,
  text,
  runtimeInputs ? [ ],
  runtimeEnv ? { },
  checkPhase ? "",
  meta ? { },
  passthru ? { },
}:
packages.writeTextFile {
  inherit meta name passthru;
  executable = true;
  destination = "/bin/${name}";
  text = lib.concatStrings (
    [
      ''
        #!${packages.runtimeShell}
        set -o errexit
        set -o nounset
        set -o pipefail
      ''
    ]
    ++ lib.mapAttrsToList (variable: value: ''
      export ${variable}=${lib.escapeShellArg value}
    '') runtimeEnv
    ++ lib.optional (runtimeInputs != [ ]) ''
      export PATH="${lib.makeBinPath runtimeInputs}:$PATH"
    ''
    ++ [
      "\n"
      text
      "\n"
    ]
  );
  checkPhase = ''
    ${packages.runtimeShell} -n "$target"
    ${checkPhase}
  '';
}
