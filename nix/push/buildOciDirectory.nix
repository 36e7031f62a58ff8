/**
  An image as an OCI directory, from its docker archive.

  # Inputs

  `imageName`, `imageTag`
  : the image's

  `source`
  : the archive, or a program that prints it

  `compressed`
  : whether its layers are compressed

  `annotations`
  : those of its manifest, as JSON; empty for none
*/
{ pkgs }:
{
  imageName,
  imageTag,
  source,
  compressed,
  annotations ? "",
}:
let
  suffix = if compressed then "" else "-uncompressed";
in
pkgs.runCommand "oci-image-${builtins.replaceStrings [ "/" ] [ "-" ] imageName}${suffix}" {
  inherit annotations source;
  nativeBuildInputs = [
    pkgs.jq
    pkgs.skopeo
  ];
  options = if compressed then "" else "--dest-oci-accept-uncompressed-layers";
  reference = "${imageName}:${imageTag}";
} (builtins.readFile ./buildOciDirectory.sh)
