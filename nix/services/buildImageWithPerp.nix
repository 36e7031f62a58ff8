/**
  An image with one service, which is named after the last part of the image's name.

  # Inputs

  Those of `buildImageWithPerps`; in the place of `services` the attributes of a service, but for
  its name and `after`. `fluentd` holds both the service's `source` and `filters` and the image's
  `outputs`.

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

  name = arguments.name or null;
  lastPart = if builtins.isString name then baseNameOf name else name;
in
buildImageWithPerps "buildImageWithPerp" (
  removeAttrs arguments (builtins.attrNames checks.ofOneCommand)
  // {
    fluentd = if fluentd ? outputs then { inherit (fluentd) outputs; } else null;
    services = [
      (
        builtins.intersectAttrs checks.ofOneCommand arguments
        // {
          name = lastPart;
          fluentd = if fluentd ? outputs then removeAttrs fluentd [ "outputs" ] else fluentd;
        }
      )
    ];
  }
)
