/**
  The files of an image's root folder, packed in `root.tar` so that they keep modes and owners, and
  its configuration in `config.json`; the store paths that they refer to are the output's references.
  What is in the archive says `listing`, as parentFolders.awk reads it.

  # Inputs

  `contents`, `linkContents`, `keepDirlinks`
  : paths whose files are put into the folder: links to them, or copies; whether links to folders in
    them stay links

  `extraCommands`
  : shell commands that run in the folder

  `fakeRootCommands`
  : the same, as what looks like root to them, so that owners can be set

  `listings`
  : what is in the layers below (parentFolders.awk), the lowest first; folders that are there keep
    their modes and owners, and links to folders stay links

  `storeFolders`
  : whether store paths follow in the same layer, so that it has the folders above them

  `runAsRoot`
  : null, or shell commands that run with the folder as their root, on top of the layers of the
    image whose parts `below` are
*/
{
  imageLayers,
  lib,
  packTools,
  pkgs,
}:
{
  name,
  contents,
  extraCommands,
  owner,
  mtime,
  config ? { },
  keepDirlinks ? false,
  linkContents ? true,
  fakeRootCommands ? "",
  runAsRoot ? null,
  below ? null,
  listings ? [ ],
  storeFolders ? false,
}:
let
  /**
    A program that finds the usual tools first, and then the image's own, as in nixpkgs.
  */
  toProgram =
    name: text:
    pkgs.writeShellScript name ''
      export PATH=${lib.makeBinPath packTools}:/bin
      unset TEMP TEMPDIR TMP TMPDIR
      set -e
      ${text}
    '';

  needsRoot = fakeRootCommands != "" || runAsRoot != null;
in
pkgs.runBash {
  name = "root-${name}";
  script = ./rootFileSystem.sh;
  tools = lib.optional needsRoot pkgs.fakeroot ++ packTools;
  environment =
    owner
    // {
      inherit
        contents
        extraCommands
        keepDirlinks
        linkContents
        listings
        mtime
        storeFolders
        ;
      inherit (pkgs) coreutils;
      addContents = ./addContents.sh;
      asRoot = "";
      config = lib.toJSON config;
      folderFunctions = ./folders.sh;
      folderOwners = ./folderOwners.awk;
      joinContents = ../build-support/joinContents.sh;
      joinPlan = ../build-support/joinContents.awk;
      linkedFolders = ./linkedFolders.awk;
      pack = ./packRootFileSystem.sh;
      parentFolders = ./parentFolders.awk;
      timeFunctions = ./times.sh;
      passAsFile = [
        "config"
        "extraCommands"
      ];
    }
    // lib.optionalAttrs needsRoot {
      inherit fakeRootCommands;
      asRoot = "fakeroot";
      passAsFile = [
        "config"
        "extraCommands"
        "fakeRootCommands"
      ];
    }
    // lib.optionalAttrs (runAsRoot != null) (
      imageLayers
      // {
        inherit (pkgs) busybox;
        inherit below;
        extraCommandsProgram = lib.optionalString (extraCommands != "") (
          toProgram "extra-commands" extraCommands
        );
        runInRoot = ./runInRoot.sh;
        runAsRoot = toProgram "run-as-root" runAsRoot;
        pack = ./packChanges.sh;
      }
    );
}
