/**
  An image from its layers: a docker archive, and beside it the same image in other forms.

  # Inputs

  `plan`
  : what has layers between the parent's and the image's own, the lowest first: a list of
    - `path`, a store path, whose closure the layers hold
    - `apart`, those store paths of the closure that have layers elsewhere
    - `layersAs`, a function of how layers are kept (runLayers.nix) that gives them

  `roots`
  : root file systems, as rootFileSystem makes them, that have the next layers

  `parent`
  : what loadArchive gives for the image below

  `root`
  : the image's own files, as rootFileSystem makes them

  `maxLayers`
  : how many layers the image may have, those of its parent included; null for any number

  `annotations`
  : those of the manifest, as JSON; empty for none

  `includeStorePaths`
  : whether the store paths that are in no other layer are in the image

  `split`
  : whether those of them that are large have layers of their own

  # Output

  The archive, a derivation with
  - `imageName`, `imageTag`
  - `parts`: by how layers are kept, a folder with the list of the image's layers, `layers`, the
    store paths in them, `paths`, and its configuration, `config.json`
  - `listings`: files that say what is in the layers, store paths apart (loadArchive.nix)
  - `oci`: an OCI image folder with compressed layers, its blobs being links into the layers
  - `ociUncompressed`: the same with plain layers
*/
{
  layerPaths,
  lib,
  pkgs,
  runLayers,
  storeLayer,
}:
{
  name,
  tag,
  annotations,
  architecture,
  created,
  function,
  includeStorePaths,
  maxLayers,
  mtime,
  owner,
  parent,
  plan,
  root,
  roots,
  split,
  storeName,
  meta,
  passthru,
}:
let
  # A registry's names are in lower case.
  imageName = lib.toLower name;

  common = {
    inherit
      architecture
      created
      function
      imageName
      maxLayers
      root
      roots
      split
      ;
    inherit (pkgs) jq;
    config = "${root}/config.json";
  };

  ownClosure = lib.optionals includeStorePaths [
    "closure-root"
    root
  ];

  toLayer =
    form: root:
    storeLayer {
      name = layerPaths.toPathName root;
      inherit
        form
        mtime
        owner
        root
        ;
    };

  parts = lib.mapAttrs (
    form: parentParts:
    runLayers {
      name = "image-parts-${storeName}";
      script = ./imageParts.sh;
      inherit form mtime owner;
      environment = common // {
        exportReferencesGraph = ownClosure;
        layers =
          lib.unique (lib.concatMap (planned: planned.layersAs form) plan)
          ++ map (toLayer form) roots;
        parent = parentParts;
      };
    }
  ) parent.parts;

  archiveEnvironment = common // {
    exportReferencesGraph =
      ownClosure
      ++ lib.concatLists (
        lib.imap1 (number: planned: [
          "closure-${toString number}"
          "${planned.path}"
        ]) plan
      );
    parent = parent.parts.tar;
    passAsFile = [ "plan" ];
    plan = lib.concatMapStrings (
      planned: builtins.unsafeDiscardStringContext "${toString ([ planned.path ] ++ planned.apart)}\n"
    ) plan;
    tarHeaders = ./tarHeaders.awk;
  }
  // lib.optionalAttrs (annotations != "") { inherit annotations; };

  # Of all that the image is made from, none of whose layers is evaluated for it.
  hash = builtins.substring 0 32 (
    builtins.hashString "sha256" (
      builtins.unsafeDiscardStringContext (builtins.toJSON [
        archiveEnvironment
        mtime
        owner
      ])
    )
  );

  imageTag = if tag == null then hash else tag;

  reference = builtins.toJSON "${imageName}:${imageTag}";

  toOciFolder =
    name: form:
    pkgs.runBusybox {
      inherit name;
      script = ./ociFolder.sh;
      environment = {
        inherit annotations form reference;
        parts = parts.${form};
      };
    };
in
runLayers {
  name = "docker-image-${storeName}.tar";
  script = ./dockerArchive.sh;
  form = "tar";
  inherit mtime owner;
  environment = archiveEnvironment // {
    inherit reference;
  };
}
// {
  inherit meta;
}
// passthru
// {
  inherit imageName imageTag parts;
  listings = parent.listings ++ map (each: "${each}/listing") (roots ++ [ root ]);
  oci = toOciFolder "oci-image-${storeName}" "tar+gzip";
  ociUncompressed = toOciFolder "oci-image-${storeName}-uncompressed" "tar";
}
