/**
  A script for bash; a syntax error in it is found when it is built.
*/
{ packages }:
{
  name,
  text,
  destination ? "",
}:
packages.writeTextFile {
  inherit destination name;
  executable = true;
  text = ''
    #!${packages.runtimeShell}
    ${text}
  '';
  checkPhase = ''
    ${packages.runtimeShell} -n "$target"
  '';
}
