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
    collisions = "first";
    joinContents = ./joinContents.sh;
    joinPlan = ./joinContents.awk;
    joinSubject = "symlinkJoin ${name}";
    passAsFile = [ "paths" ];
  }
  ''
    bash -eu -o pipefail "$joinContents" "$out" $(< "$pathsPath")
    eval "$postBuild"
  ''
