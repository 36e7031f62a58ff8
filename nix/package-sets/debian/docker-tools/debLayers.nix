/**
  The layers of the large Debian packages that a package of this set may need.

  Many packages need the same ones, so each has a derivation of its own, and those that images have
  by default are evaluated once for all of them.

  # Type

      debLayers :: { form, mtime, owner } -> StorePath -> [Derivation]
*/
{
  debs,
  layerPaths,
  lib,
  storeLayer,
}:
let
  usual = {
    mtime = "1970-01-01T00:00:01Z";
    owner = {
      owner = "root:0";
      group = "root:0";
    };
  };

  make =
    options: path:
    storeLayer (
      options
      // {
        name = layerPaths.toPathName path;
        isDependency = true;
        inherit path;
      }
    );

  made = lib.genAttrs [ "tar" "tar+gzip" ] (
    form: lib.mapAttrs (_: make (usual // { inherit form; })) debs.all
  );
in
options:
let
  toLayer =
    if options == usual // { inherit (options) form; } then
      deb: made.${options.form}.${deb.name}
    else
      deb: make options deb.path;
in
path: map toLayer (layerPaths.toLargeDebs path)
