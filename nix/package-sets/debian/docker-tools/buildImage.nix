/**
  An image of one layer on top of its parent; the arguments are those of nixpkgs'
  `dockerTools.buildImage`.

  The files of `copyToRoot` are copied to the image's root folder. `runAsRoot` runs as root within
  that folder, with the parent's files in place; owners that it sets are kept. No virtual machine
  is used for it, so `diskSize` and `buildVMMemorySize` mean nothing here.
*/
{
  architecture,
  checkArguments,
  chooseParent,
  layerPaths,
  lib,
  makeImage,
  rootFileSystem,
  ...
}@dockerTools:
{
  name,
  tag ? null,
  fromImage ? null,
  fromImageName ? null,
  fromImageTag ? null,
  copyToRoot ? null,
  contents ? null,
  keepContentsDirlinks ? false,
  runAsRoot ? null,
  extraCommands ? "",
  uid ? 0,
  gid ? 0,
  config ? null,
  architecture ? dockerTools.architecture,
  created ? "1970-01-01T00:00:01Z",
  annotations ? { },
  diskSize ? 1024,
  buildVMMemorySize ? 512,
  includeNixDB ? false,
  compressor ? "none",
  meta ? { },
  passthru ? { },
}:
assert checkArguments {
  function = "buildImage";
  inherit
    annotations
    architecture
    compressor
    config
    gid
    includeNixDB
    name
    tag
    uid
    ;
  refused = lib.optionalAttrs (contents != null && copyToRoot != null) {
    contents = "it is the old name of copyToRoot, which is given as well";
  };
};
let
  toAnnotations = import ../../toAnnotations.nix;

  storeName = layerPaths.toStoreName name;

  givenContents = lib.filter (path: path != null) (
    lib.toList (if copyToRoot == null then contents else copyToRoot)
  );

  chosen = chooseParent {
    inherit
      architecture
      fromImage
      fromImageName
      fromImageTag
      ;
    contents =
      givenContents ++ lib.concatMap (path: path.references or [ ]) givenContents;
  };
  inherit (chosen) parent;

  toOwner = id: "${if id == 0 then "root" else toString id}:${toString id}";

  owner = {
    owner = toOwner uid;
    group = toOwner gid;
  };

  mtime = "1970-01-01T00:00:01Z";

  root = rootFileSystem {
    name = storeName;
    contents = chosen.withoutSystem givenContents;
    keepDirlinks = keepContentsDirlinks;
    linkContents = false;
    config = if config == null then { } else config;
    below = parent.parts.tar;
    storeFolders = true;
    inherit (parent) listings;
    inherit
      extraCommands
      mtime
      owner
      runAsRoot
      ;
  };
in
makeImage {
  annotations = toAnnotations { inherit annotations fromImage; };
  inherit
    architecture
    created
    meta
    mtime
    name
    owner
    parent
    passthru
    root
    storeName
    tag
    ;
  function = "buildImage";
  includeStorePaths = true;
  roots = [ ];
  maxLayers = null;
  plan = [ ];
  split = false;
}
