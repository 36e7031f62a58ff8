/**
  An image from its layers: a docker archive, and beside it the same image in other forms.

  # Inputs

  `config`
  : path of the image's configuration, `config` in the OCI image specification, as JSON

  `layers`
  : all layers, the lowest first

  `parentConfig`
  : null, or the configuration of the image below

  # Output

  The archive, a derivation with
  - `imageName`, `imageTag`
  - `layers`: the layers' derivations, the lowest first
  - `imageConfig`: the image's configuration as it is in the image
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
  parentConfig,
  storeName,
  meta,
  passthru,
}:
let
  imageConfig = pkgs.runBash {
    name = "image-config-${storeName}.json";
    script = ./imageConfig.sh;
    tools = packTools ++ [ pkgs.jq ];
    environment = {
      inherit
        architecture
        config
        created
        layers
        parentConfig
        ;
    };
  };

  hashPart = builtins.substring 0 32 (
    baseNameOf (builtins.unsafeDiscardStringContext imageConfig.outPath)
  );

  imageTag = if tag == null then hashPart else tag;

  toForm =
    {
      name,
      script,
      layers,
    }:
    pkgs.runBusybox {
      inherit name script;
      environment = {
        inherit imageConfig layers;
        inherit (pkgs) gnutar;
        reference = builtins.toJSON "${imageName}:${imageTag}";
      };
    };

  imageName = name;

  archive = toForm {
    name = "docker-image-${storeName}.tar";
    script = ./dockerArchive.sh;
    inherit layers;
  };
in
archive
// {
  inherit meta;
}
// passthru
// {
  inherit
    imageConfig
    imageName
    imageTag
    layers
    ;
  oci = toForm {
    name = "oci-image-${storeName}";
    script = ./ociFolder.sh;
    layers = map compressLayer layers;
  };
  ociUncompressed = toForm {
    name = "oci-image-${storeName}-uncompressed";
    script = ./ociFolder.sh;
    inherit layers;
  };
}
