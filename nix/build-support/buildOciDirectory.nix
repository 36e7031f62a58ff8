/**
  An image as an OCI directory, from its docker archive.

  # Inputs

  `imageName`, `imageTag`
  : the image's

  `source`
  : the archive, or a program that prints it

  `compressed`
  : whether its layers are compressed
*/
{ pkgs }:
{
  imageName,
  imageTag,
  source,
  compressed,
}:
let
  suffix = if compressed then "" else "-uncompressed";
in
pkgs.runCommand "oci-image-${builtins.replaceStrings [ "/" ] [ "-" ] imageName}${suffix}" {
  inherit source;
  nativeBuildInputs = [ pkgs.skopeo ];
  options = if compressed then "" else "--dest-oci-accept-uncompressed-layers";
  reference = "${imageName}:${imageTag}";
} (builtins.readFile ./buildOciDirectory.sh)
