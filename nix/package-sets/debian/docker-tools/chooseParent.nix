/**
  What an image builds on: what the caller says, and where that is the usual parent, or none, and the
  image has packages of Debian, a Debian system with these.

  # Inputs

  `contents`
  : what the image has, packages of Debian among it

  The others are loadArchive.nix's.

  # Output

  - `parent`: as loadArchive.nix gives it
  - `withoutSystem`: a function that leaves out of a list of paths what the Debian system has
*/
{
  debianSystem,
  layerPaths,
  lib,
  loadArchive,
}:
given@{ contents, fromImage, ... }:
let
  packages = lib.optionals (fromImage == null || fromImage.isUsualParent or false) (
    layerPaths.toSystemPackages contents
  );
in
if packages == [ ] then
  {
    parent = loadArchive (removeAttrs given [ "contents" ]);
    withoutSystem = paths: paths;
  }
else
  {
    parent = debianSystem packages;
    withoutSystem = lib.filter (path: layerPaths.toSystemPackages [ path ] == [ ]);
  }
