/**
  An image of several layers; the arguments are those of nixpkgs' `dockerTools.buildLayeredImage`.

  Layers are made of each path of `contents` and of each reference of those contents that have an
  attribute `references` (strings, one store path each), and last come those contents themselves,
  the links to all contents and what the commands made. No layer holds a path that the parent's
  layers or those of the first path hold: it is made from its own path and what lies below alone,
  so images share it. So they do the links to contents without `references`, in one more layer
  below the last, when there are no commands, which could change them.
*/
{
  architecture,
  checkArguments,
  debLayers,
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

  toLinks =
    form:
    storeLayer {
      name = "links";
      roots = [ ];
      root = rootFileSystem (
        rootOptions
        // {
          name = "links";
          contents = linkedApart;
        }
      );
      inherit form mtime owner;
    };

  paths = layerPaths.toDistinct independent;

  toLayers =
    form: below: path:
    debLayers { inherit form mtime owner; } path
    ++ [
      (storeLayer {
        name = layerPaths.toPathName path;
        roots = [ path ];
        apart = map (deb: deb.path) (layerPaths.toLargeDebs path);
        inherit
          below
          form
          mtime
          owner
          ;
      })
    ];

  layersAs =
    form:
    let
      parentLayers = lib.optional (parent.${form} != null) parent.${form};
      firstLayers = lib.concatMap (toLayers form parentLayers) (lib.take 1 paths);
      otherLayers = lib.concatMap (toLayers form (parentLayers ++ firstLayers)) (lib.drop 1 paths);
    in
    lib.optionals includeStorePaths (layerPaths.toDistinct (firstLayers ++ otherLayers))
    ++ lib.optional (linkedApart != [ ]) (toLinks form);

  root = rootFileSystem (
    rootOptions
    // {
      name = storeName;
      contents = if linkedApart == [ ] then contentList else ownContents;
      inherit config;
    }
  );
in
makeImage {
  inherit
    architecture
    created
    includeStorePaths
    layersAs
    maxLayers
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
  function = "buildLayeredImage";
  split = true;
}
