/**
  A layer of Debian packages, the same wherever it is made.

  # Inputs

  `name`
  : what the layer is called in the store

  `files`
  : the .deb files

  `withRoot`
  : whether the links of the merged /usr are in the layer

  # Output

  A folder with `layers`, a line as packing.sh describes it, of a plain layer; `listing`, as
  parentFolders.awk reads it; and what pack_packages.py writes.
*/
{ pkgs }:
{
  name,
  files,
  withRoot ? false,
}:
pkgs.runBash {
  name = "layer-debian-${name}";
  script = ./packLayer.sh;
  tools = [
    pkgs.coreutils
    pkgs.gnutar
    pkgs.python3
  ];
  environment = {
    inherit files withRoot;
    describeLayer = ./describeLayer.sh;
    packPackages = ./pack_packages.py;
  };
}
