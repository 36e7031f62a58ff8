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
      extraPrefix
      meta
      nativeBuildInputs
      passthru
      paths
      pathsToLink
      postBuild
      ;
    passAsFile = [ "paths" ];
    joinLinks = ./joinLinks.sh;
  }
  ''
    mkdir -p "$out"
    for path in $(< "$pathsPath"); do
      for folder in $pathsToLink; do
        if test -d "$path$folder"; then
          bash "$joinLinks" "$out$extraPrefix$folder" "$path$folder"
        fi
      done
    done
    eval "$postBuild"
  ''
