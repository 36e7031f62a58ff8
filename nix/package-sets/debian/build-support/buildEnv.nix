/**
  A folder with links to those files of the paths that lie below one of `pathsToLink`.
*/
{ runCommand }:
{
  name,
  paths,
  pathsToLink ? [ "/" ],
  extraPrefix ? "",
  ignoreCollisions ? false,
  checkCollisionContents ? true,
  postBuild ? "",
  nativeBuildInputs ? [ ],
  meta ? { },
  passthru ? { },
}:
runCommand name
  {
    inherit
      meta
      nativeBuildInputs
      passthru
      paths
      pathsToLink
      postBuild
      ;
    collisions =
      if ignoreCollisions then
        "first"
      else if checkCollisionContents then
        "compare"
      else
        "refuse";
    folder = extraPrefix;
    joinContents = ./joinContents.sh;
    joinPlan = ./joinContents.awk;
    joinSubject = "buildEnv ${name}";
    passAsFile = [ "paths" ];
  }
  ''
    bash -eu -o pipefail "$joinContents" "$out$folder" $(< "$pathsPath")
    mkdir -p "$out"
    eval "$postBuild"
  ''
