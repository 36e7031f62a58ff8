/**
  The files of an image's root folder, packed in `root.tar` so that they keep modes and owners; the
  store paths that they refer to are the output's references.
*/
{
  lib,
  packTools,
  pkgs,
}:
{
  name,
  contents,
  linkContents,
  extraCommands,
  fakeRootCommands,
  owner,
  mtime,
}:
pkgs.runBash {
  name = "root-${name}";
  script = ./rootFileSystem.sh;
  tools = lib.optional (fakeRootCommands != "") pkgs.fakeroot ++ packTools;
  environment = owner // {
    inherit
      contents
      extraCommands
      fakeRootCommands
      linkContents
      mtime
      ;
    joinLinks = ../build-support/joinLinks.sh;
    pack = ./packRootFileSystem.sh;
    passAsFile = [
      "extraCommands"
      "fakeRootCommands"
    ];
  };
}
