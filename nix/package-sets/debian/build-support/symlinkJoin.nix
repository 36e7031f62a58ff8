/**
  A folder with links to all files of the paths; of files of one name the first path's is taken.
*/
{ runCommand }:
{
  name,
  paths,
  postBuild ? "",
  nativeBuildInputs ? [ ],
  meta ? { },
  passthru ? { },
  allowSubstitutes ? false,
  preferLocalBuild ? true,
}:
runCommand name
  {
    inherit
      allowSubstitutes
      meta
      nativeBuildInputs
      passthru
      paths
      postBuild
      preferLocalBuild
      ;
    passAsFile = [ "paths" ];
    joinLinks = ./joinLinks.sh;
  }
  ''
    bash "$joinLinks" "$out" $(< "$pathsPath")
    eval "$postBuild"
  ''
