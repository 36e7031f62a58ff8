/**
  An image of several layers; the arguments are those of nixpkgs' `dockerTools.buildLayeredImage`.

  There is a layer for each path of `contents` and for each reference of those contents that have
  an attribute `references` (strings, one store path each), and a last one for those contents
  themselves, the links to all contents and what the commands made. A layer holds no path that the
  parent's layers or the layer of the first path hold: it is made from its own path and what lies
  below alone, so images share it. So they do the links to contents without `references`, in one
  more layer below the last, when there are no commands, which could change them.
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

  rootOptions = {
    inherit
      extraCommands
      fakeRootCommands
      mtime
      owner
      ;
  };

  linkedApart = lib.optionals (extraCommands == "" && fakeRootCommands == "" && ownContents != [ ]) (
    lib.filter (path: !(path ? references)) contentList
  );

  linkLayers = lib.optional (linkedApart != [ ]) (storeLayer {
    name = "links";
    roots = [ ];
    below = [ ];
    root = rootFileSystem (
      rootOptions
      // {
        name = "links";
        contents = linkedApart;
      }
    );
    inherit mtime owner;
  });

  layersAbove = lib.length linkLayers + 1;

  freeLayers = maxLayers - lib.length parent.layers - layersAbove;

  groups =
    lib.throwIf (freeLayers < 1 && independent != [ ])
      "dockerTools.buildLayeredImage: image ${name}: maxLayers: expected at least ${
        toString (lib.length parent.layers + layersAbove + 1)
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

  root = rootFileSystem (
    rootOptions
    // {
      name = storeName;
      contents = if linkedApart == [ ] then contentList else ownContents;
      inherit config;
    }
  );

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
  layers = parent.layers ++ storeLayers ++ linkLayers ++ [ lastLayer ];
}
