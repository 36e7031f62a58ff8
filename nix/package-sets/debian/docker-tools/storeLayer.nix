/**
  A layer that holds the closures of some store paths without what the layers below hold.

  # Inputs

  `roots`
  : the store paths

  `below`
  : layers

  `root`
  : null, or a root file system that the layer begins with

  # Output

  A folder with
  - `layers`: a line "SHA-256, size, file" for each layer in it; none when nothing was left
  - `paths`: the store paths that these layers hold
*/
{ lib, pkgs }:
{
  name,
  roots,
  below,
  owner,
  mtime,
  root ? null,
}:
pkgs.runBusybox {
  name = "layer-${name}";
  script = ./storeLayer.sh;
  environment = owner // {
    inherit
      below
      mtime
      root
      ;
    inherit (pkgs) gnutar openssl;
    exportReferencesGraph = lib.concatLists (
      lib.imap0 (index: path: [
        "closure-${toString index}"
        "${path}"
      ]) roots
    );
  };
}
