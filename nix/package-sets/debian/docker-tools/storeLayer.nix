/**
  Layers that hold the closures of some store paths without what the layers below hold.

  Large store paths have layers of their own, with equal bytes wherever they are made, so that
  images share them.

  # Inputs

  `roots`
  : the store paths

  `below`
  : layers

  `root`
  : null, or a root file system that the last layer begins with

  `split`
  : whether there may be more layers than one

  # Output

  A folder with
  - `layers`: a line "SHA-256, size, file" for each layer in it; none when nothing was left.
    Beside the file of a layer that holds nothing but store paths is a list of them, `*.paths`.
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
  split ? true,
}:
pkgs.runBusybox {
  name = "layer-${name}";
  script = ./storeLayer.sh;
  environment = owner // {
    inherit
      below
      mtime
      root
      roots
      split
      ;
    pack = ./pack.sh;
    inherit (pkgs) gnutar openssl;
    exportReferencesGraph = lib.concatLists (
      lib.imap0 (index: path: [
        "closure-${toString index}"
        "${path}"
      ]) roots
    );
  };
}
