/**
  An image of several layers; the arguments are those of nixpkgs' `dockerTools.buildLayeredImage`.

  There is a layer for each path of `contents` and for each reference of those contents that have
  an attribute `references` (strings, one store path each), and a last one for those contents
  themselves, the links to all contents and what the commands made. A layer holds no path that the
  parent's layers or the layer of the first path hold: it is made from its own path and what lies
  below alone, so images share it.
*/
{
  architecture,
  checkArguments,
  layerPaths,
  lib,
  loadArchive,
  makeImage,
  rootFileSystem,
  storeLayer,
}@dockerTools:
{
  name,
  tag ? null,
  fromImage ? null,
  contents ? [ ],
  config ? { },
  architecture ? dockerTools.architecture,
  created ? "1970-01-01T00:00:01Z",
  mtime ? "1970-01-01T00:00:01Z",
  uid ? 0,
  gid ? 0,
  uname ? "root",
  gname ? "root",
  maxLayers ? 56,
  extraCommands ? "",
  fakeRootCommands ? "",
  enableFakechroot ? false,
  includeStorePaths ? true,
  includeNixDB ? false,
  layeringPipeline ? null,
  debug ? false,
  compressor ? "none",
  meta ? { },
  passthru ? { },
}:
assert checkArguments {
  function = "buildLayeredImage";
  inherit compressor includeNixDB name;
  refused =
    lib.optionalAttrs enableFakechroot {
      enableFakechroot = "not possible in this package set; fakeRootCommands run in the image's root folder";
    }
    // lib.optionalAttrs (layeringPipeline != null) {
      layeringPipeline = "not possible in this package set, where layers follow `contents` and `references`";
    };
};
let
  storeName = layerPaths.toStoreName name;

  parent = loadArchive { inherit fromImage; };

  owner = {
    owner = "${uname}:${toString uid}";
    group = "${gname}:${toString gid}";
  };

  contentList = lib.toList contents;
  ownContents = lib.filter (path: path ? references) contentList;
  independent =
    lib.filter (path: !(path ? references)) contentList
    ++ lib.concatMap (path: path.references) ownContents;

  freeLayers = maxLayers - lib.length parent.layers - 1;

  groups =
    lib.throwIf (freeLayers < 1 && independent != [ ])
      "dockerTools.buildLayeredImage: image ${name}: maxLayers: expected at least ${
        toString (lib.length parent.layers + 2)
      } (the parent has ${toString (lib.length parent.layers)} layers), got ${toString maxLayers}"
      (layerPaths.toGroups freeLayers (layerPaths.toDistinct independent));

  toLayer =
    below: roots:
    storeLayer {
      name = layerPaths.toPathName (lib.head roots);
      inherit
        below
        mtime
        owner
        roots
        ;
    };

  firstLayer = map (toLayer parent.layers) (lib.take 1 groups);

  storeLayers = lib.optionals includeStorePaths (
    firstLayer ++ map (toLayer (parent.layers ++ firstLayer)) (lib.drop 1 groups)
  );

  root = rootFileSystem {
    name = storeName;
    contents = contentList;
    linkContents = true;
    inherit
      config
      extraCommands
      fakeRootCommands
      mtime
      owner
      ;
  };

  lastLayer = storeLayer {
    name = storeName;
    roots = lib.optional includeStorePaths root;
    below = parent.layers ++ storeLayers;
    inherit mtime owner root;
  };
in
makeImage {
  inherit
    architecture
    created
    meta
    name
    passthru
    storeName
    tag
    ;
  config = "${root}/config.json";
  parentConfig = parent.imageConfig;
  layers = parent.layers ++ storeLayers ++ [ lastLayer ];
}
