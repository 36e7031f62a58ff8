/**
  An image of several layers; the arguments are those of nixpkgs' `dockerTools.buildLayeredImage`.

  Layers are made of each path of `contents` and of each reference of those contents that have an
  attribute `references` (strings, one store path each), and last come those contents themselves,
  the links to all contents and what the commands made. No layer holds a path that the parent's
  layers or those of the first path hold: it is made from its own path and what lies below alone,
  so images share it. So they do the links to contents without `references`, in one more layer
  below the last, when there are no commands, which could change them. `files` has another: it is a
  set with `commands`, which make files as if root, and the store paths they refer to, `references`.
*/
{
  architecture,
  checkArguments,
  chooseParent,
  debLayers,
  layerPaths,
  lib,
  makeImage,
  rootFileSystem,
  storeLayer,
}@dockerTools:
{
  name,
  tag ? null,
  fromImage ? null,
  contents ? [ ],
  files ? null,
  config ? { },
  architecture ? dockerTools.architecture,
  created ? "1970-01-01T00:00:01Z",
  annotations ? { },
  mtime ? "1970-01-01T00:00:01Z",
  uid ? 0,
  gid ? 0,
  uname ? "root",
  gname ? "root",
  maxLayers ? import ../../mostLayers.nix,
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
  refused =
    lib.optionalAttrs enableFakechroot {
      enableFakechroot = "not possible in this package set; fakeRootCommands run in the image's root folder";
    }
    // lib.optionalAttrs (layeringPipeline != null) {
      layeringPipeline = "not possible in this package set, where layers follow `contents` and `references`";
    };
};
let
  toAnnotations = import ../../toAnnotations.nix;

  storeName = layerPaths.toStoreName name;

  owner = {
    owner = "${uname}:${toString uid}";
    group = "${gname}:${toString gid}";
  };

  givenContents = lib.toList contents;
  ownContents = lib.filter (path: path ? references) givenContents;
  references =
    lib.concatMap (path: path.references) ownContents
    ++ lib.optionals (files != null) files.references;

  chosen = chooseParent {
    inherit architecture fromImage;
    contents = givenContents ++ references;
  };
  inherit (chosen) parent;

  contentList = chosen.withoutSystem givenContents;
  independent = chosen.withoutSystem (
    lib.filter (path: !(path ? references)) givenContents ++ references
  );

  rootOptions = {
    inherit
      extraCommands
      fakeRootCommands
      mtime
      owner
      ;
    inherit (parent) listings;
  };

  linkedApart = lib.optionals (extraCommands == "" && fakeRootCommands == "" && ownContents != [ ]) (
    lib.filter (path: !(path ? references)) contentList
  );

  links =
    if linkedApart == [ ] then
      null
    else
      rootFileSystem (
        rootOptions
        // {
          name = "links";
          contents = linkedApart;
        }
      );

  filesApart =
    if files == null then
      null
    else
      rootFileSystem (
        rootOptions
        // {
          name = "files";
          contents = [ ];
          extraCommands = "";
          fakeRootCommands = files.commands;
        }
      );

  roots = lib.filter (each: each != null) [
    links
    filesApart
  ];

  toPlanned =
    belowAs: path:
    let
      apart = map (deb: deb.path) (layerPaths.toLargeDebs path);
    in
    {
      inherit apart path;
      layersAs =
        form:
        debLayers { inherit form mtime owner; } path
        ++ [
          (storeLayer {
            name = layerPaths.toPathName path;
            below = belowAs form;
            inherit
              apart
              form
              mtime
              owner
              path
              ;
          })
        ];
    };

  parentLayersAs = form: lib.optional (parent.parts.${form} != null) parent.parts.${form};

  paths = layerPaths.toDistinct independent;

  first = map (toPlanned parentLayersAs) (lib.take 1 paths);

  others = map (toPlanned (
    form: parentLayersAs form ++ lib.concatMap (planned: planned.layersAs form) first
  )) (lib.drop 1 paths);

  root = rootFileSystem (
    rootOptions
    // {
      listings = parent.listings ++ lib.optional (files != null) "${filesApart}/listing";
      name = storeName;
      contents = if linkedApart == [ ] then contentList else ownContents;
      inherit config;
      storeFolders = includeStorePaths;
    }
  );
in
makeImage {
  annotations = toAnnotations { inherit annotations fromImage; };
  inherit
    architecture
    created
    includeStorePaths
    maxLayers
    meta
    mtime
    name
    owner
    parent
    passthru
    root
    roots
    storeName
    tag
    ;
  function = "buildLayeredImage";
  plan = lib.optionals includeStorePaths (first ++ others);
  split = true;
}
