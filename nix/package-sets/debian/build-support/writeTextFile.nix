/**
  Write a text into the store: to the output itself, or to the path `destination` below it.

  `checkPhase` is shell text that may fail; it finds the file's path in `$target`.
*/
{ runBusybox }:
{
  name,
  text,
  executable ? false,
  destination ? "",
  checkPhase ? "",
  meta ? { },
  passthru ? { },
  allowSubstitutes ? false,
  preferLocalBuild ? true,
}:
runBusybox {
  inherit meta name passthru;
  script = ./writeTextFile.sh;
  environment = {
    inherit
      allowSubstitutes
      checkPhase
      destination
      executable
      preferLocalBuild
      text
      ;
    passAsFile = [ "text" ];
  };
}
