/**
  The annotations of an image's manifest, as JSON: those given, and below them what is known of a
  parent that was pulled. Empty where there are none.

  Source: annotations.md of the OCI image specification.

  # Type

      toAnnotations :: { fromImage :: Derivation | Null, annotations :: AttrSet } -> String
*/
{
  fromImage ? null,
  annotations ? { },
}:
let
  base =
    if fromImage ? imageDigest then
      {
        "org.opencontainers.image.base.digest" = fromImage.imageDigest;
        "org.opencontainers.image.base.name" = "${fromImage.imageName}:${fromImage.imageTag}";
      }
    else
      { };
  all = base // annotations;
in
if all == { } then "" else builtins.toJSON all
