/**
  An image with one service, which is named after the last part of the image's name.

  # Inputs

  Those of `buildImageWithPerps`; in the place of `services` the attributes of a service, but for
  its name and `after`. `fluentd` holds both the service's `source` and `filters` and the image's
  `outputs` and `labels`.

  # Example

      buildImageWithPerp {
        name = "locksmith/worker";
        command = "${pkgs.locksmith}/bin/vault-fernet-locksmith";
      }
*/
{ buildImageWithPerps, checks }:
arguments:
let
  fluentd = arguments.fluentd or null;

  # What of it belongs to the image.
  ofImage =
    if builtins.isAttrs fluentd then
      builtins.intersectAttrs {
        outputs = null;
        labels = null;
      } fluentd
    else
      { };

  name = arguments.name or null;
  lastPart = if builtins.isString name then baseNameOf name else name;
in
buildImageWithPerps "buildImageWithPerp" (
  removeAttrs arguments (builtins.attrNames checks.ofOneCommand)
  // {
    fluentd = if ofImage == { } then null else ofImage;
    services = [
      (
        builtins.intersectAttrs checks.ofOneCommand arguments
        // {
          name = lastPart;
          fluentd =
            if ofImage == { } then fluentd else removeAttrs fluentd (builtins.attrNames ofImage);
        }
      )
    ];
  }
)
