/**
  The layers of a layer folder compressed with gzip; a line of `layers` ends with the SHA-256 of the
  plain layer.
*/
{ pkgs }:
layer:
pkgs.runBash {
  name = "${layer.name}-gzip";
  script = ./compressLayer.sh;
  tools = [
    pkgs.coreutils
    pkgs.libdeflate
    pkgs.openssl
  ];
  environment = { inherit layer; };
}
