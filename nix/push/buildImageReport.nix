/**
  What Hydra shows of an image: the archive as a product, and its sizes over time.

  The image itself is a plain file, which cannot carry this. The metrics are `imageSize` (what a
  registry holds and a machine downloads, compressed), `archiveSize`, `closureSize` (of the store
  paths that the archive refers to) and `layers`.

  # Type

      buildImageReport :: { image, meta } -> Derivation
*/
{ pkgs }:
{
  image,
  meta ? { },
}:
pkgs.runCommand "report-${image.name}" {
  inherit image meta;
  inherit (image) imageName oci;
  exportReferencesGraph = [
    "closure"
    image
  ];
  nativeBuildInputs = [ pkgs.jq ];
} (builtins.readFile ./buildImageReport.sh)
