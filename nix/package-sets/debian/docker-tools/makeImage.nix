/**
  An image from its layers: a docker archive, and beside it the same image in other forms.

  # Inputs

  `config`
  : path of the image's configuration, `config` in the OCI image specification, as JSON

  `layers`
  : the layers above the parent's, the lowest first

  `maxLayers`
  : how many layers there may be, the parent's included; the smallest are made one when there are
    more

  `parent`
  : what `loadArchive` gives for the image below

  `owner`, `mtime`
  : whose and how old the files of store paths are

  # Output

  The archive, a derivation with
  - `imageName`, `imageTag`
  - `layers`: the layers' derivations, the lowest first
  - `parts`: a folder with the image's configuration as it is in the image, `config.json`, and the
    list of its layers, `layers`
  - `oci`: an OCI image folder with compressed layers, its blobs being links into the layers
  - `ociUncompressed`: the same with plain layers
*/
{
  compressLayer,
  packTools,
  pkgs,
}:
{
  name,
  tag,
  created,
  architecture,
  config,
  layers,
  maxLayers,
  mtime,
  owner,
  parent,
  storeName,
  meta,
  passthru,
}:
let
  parts = pkgs.runBash {
    name = "parts-of-${storeName}";
    script = ./imageParts.sh;
    tools = packTools ++ [ pkgs.jq ];
    environment = owner // {
      inherit
        architecture
        config
        created
        imageName
        layers
        maxLayers
        mtime
        ;
      inherit (pkgs) gnutar;
      pack = ./pack.sh;
      parent = parent.parts;
    };
  };

  hashPart = builtins.substring 0 32 (
    baseNameOf (builtins.unsafeDiscardStringContext parts.outPath)
  );

  imageTag = if tag == null then hashPart else tag;

  imageName = name;

  allLayers = parent.layers ++ layers;

  toForm =
    name: script: environment:
    pkgs.runBusybox {
      inherit name script;
      environment = {
        inherit parts;
        reference = builtins.toJSON "${imageName}:${imageTag}";
      }
      // environment;
    };

  archive = toForm "docker-image-${storeName}.tar" ./dockerArchive.sh { inherit (pkgs) gnutar; };
in
archive
// {
  inherit meta;
}
// passthru
// {
  inherit imageName imageTag parts;
  layers = allLayers;
  oci = toForm "oci-image-${storeName}" ./ociFolder.sh { compressed = map compressLayer allLayers; };
  ociUncompressed = toForm "oci-image-${storeName}-uncompressed" ./ociFolder.sh { };
}
