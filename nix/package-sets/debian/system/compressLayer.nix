/**
  The compressed form of a plain layer: a folder with `layers`, a line as packing.sh describes it.
*/
{ pkgs }:
layer:
pkgs.runBash {
  name = "${layer.name}-compressed";
  script = ./compressLayer.sh;
  tools = [
    pkgs.coreutils
    pkgs.libdeflate
  ];
  environment = { inherit layer; };
}
