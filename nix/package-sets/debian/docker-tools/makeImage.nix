/**
  An image from its layers: a docker archive, and beside it the same image in other forms.

  # Inputs

  `plan`
  : what has layers between the parent's and the image's own, the lowest first: a list of
    - `path`, a store path, whose closure the layers hold
    - `apart`, those store paths of the closure that have layers elsewhere
    - `layersAs`, a function of how layers are kept (runLayers.nix) that gives them

  `links`
  : null, or a root file system, as rootFileSystem makes it, that has the next layer

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
  links,
  maxLayers,
  mtime,
  owner,
  parent,
  plan,
  root,
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
      links
      maxLayers
      root
      split
      ;
    inherit (pkgs) jq;
    config = "${root}/config.json";
  };

  ownClosure = lib.optionals includeStorePaths [
    "closure-root"
    root
  ];

  toLinkLayer =
    form:
    storeLayer {
      name = "links";
      root = links;
      inherit form mtime owner;
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
          ++ lib.optional (links != null) (toLinkLayer form);
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
  listings = parent.listings ++ map (each: "${each}/listing") (lib.optional (links != null) links ++ [ root ]);
  oci = toOciFolder "oci-image-${storeName}" "tar+gzip";
  ociUncompressed = toOciFolder "oci-image-${storeName}-uncompressed" "tar";
}
