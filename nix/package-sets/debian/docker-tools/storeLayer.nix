/**
  Layers that hold the closure of a store path without what the layers below hold.

  A large store path has a layer of its own, whose bytes are the same wherever it is made, so that
  images share it.

  # Inputs

  `form`
  : how the layers are kept (runLayers.nix)

  `path`
  : the store path

  `below`
  : folders with a list of store paths that are left out, `paths`

  `apart`
  : store paths that are left out

  `isDependency`
  : whether an image has the path only where something else in it refers to it

  `root`
  : null, or a root file system, which is the one layer then; there is no `path`

  # Output

  A folder with
  - `layers`: a line for each layer; packing.sh says what is in it
  - `paths`: the store paths that these layers hold
  - `closure`: those and what was left out, as far as an image is to have them
*/
{ lib, runLayers }:
{
  form,
  name,
  owner,
  mtime,
  path ? null,
  below ? [ ],
  apart ? [ ],
  isDependency ? false,
  root ? null,
}:
runLayers {
  name = "layer-${name}";
  script = ./storeLayer.sh;
  inherit form mtime owner;
  environment = {
    inherit
      below
      isDependency
      path
      root
      ;
    apart = map builtins.unsafeDiscardStringContext apart;
    exportReferencesGraph = lib.optionals (path != null) [
      "closure-1"
      "${path}"
    ];
  };
}
