/**
  An image from its layers: a docker archive, and beside it the same image in other forms.

  Each form is made from the store paths and keeps no more of its layers than it needs: the archive
  is written from recipes of layers, the OCI folders refer to layers.

  # Inputs

  `layersAs`
  : a function of how layers are kept (runLayers.nix), that gives those between the parent's and the
    image's own, as storeLayer makes them, the lowest first

  `parent`
  : what loadArchive gives for the image below

  `root`
  : the image's own files, as rootFileSystem makes them

  `maxLayers`
  : how many layers the image may have, those of its parent included; null for any number

  `includeStorePaths`
  : whether the store paths that are in no other layer are in the image

  `split`
  : whether those of them that are large have layers of their own

  # Output

  The archive, a derivation with
  - `imageName`, `imageTag`
  - `parts`: by how layers are kept, a folder with the list of the image's layers, `layers`, the
    store paths in them, `paths`, and its configuration, `config.json`
  - `oci`: an OCI image folder with compressed layers, its blobs being links into the layers
  - `ociUncompressed`: the same with plain layers
*/
{
  lib,
  pkgs,
  runLayers,
}:
{
  name,
  tag,
  architecture,
  created,
  function,
  includeStorePaths,
  layersAs,
  maxLayers,
  mtime,
  owner,
  parent,
  root,
  split,
  storeName,
  meta,
  passthru,
}:
let
  parts = lib.mapAttrs (
    form: parentParts:
    runLayers {
      name = "image-parts-${storeName}";
      script = ./imageParts.sh;
      inherit form mtime owner;
      environment = {
        inherit
          architecture
          created
          function
          maxLayers
          root
          split
          ;
        inherit (pkgs) jq;
        config = "${root}/config.json";
        exportReferencesGraph = lib.optionals includeStorePaths [
          "closure-root"
          root
        ];
        imageName = name;
        layers = layersAs form;
        parent = parentParts;
      };
    }
  ) parent;

  # Not the hash part itself: in the image it would be a reference to what the image is made from.
  hash = builtins.substring 0 32 (
    builtins.hashString "sha256" (builtins.unsafeDiscardStringContext parts.recipe.outPath)
  );

  imageName = name;

  imageTag = if tag == null then hash else tag;

  toForm =
    {
      name,
      script,
      form,
    }:
    pkgs.runBusybox {
      inherit name script;
      environment = {
        inherit form;
        inherit (pkgs) gnutar openssl;
        layerFunctions = ./layers.sh;
        parts = parts.${form};
        reference = builtins.toJSON "${imageName}:${imageTag}";
      };
    };
in
toForm {
  name = "docker-image-${storeName}.tar";
  script = ./dockerArchive.sh;
  form = "recipe";
}
// {
  inherit meta;
}
// passthru
// {
  inherit imageName imageTag parts;
  oci = toForm {
    name = "oci-image-${storeName}";
    script = ./ociFolder.sh;
    form = "tar+gzip";
  };
  ociUncompressed = toForm {
    name = "oci-image-${storeName}-uncompressed";
    script = ./ociFolder.sh;
    form = "tar";
  };
}
