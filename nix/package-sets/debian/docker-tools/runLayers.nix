/**
  A derivation that makes layers: a script that uses layers.sh and packing.sh, with what they need.

  `form` says how the layers are kept, `tar` or `tar+gzip`.
*/
{
  lib,
  pkgs,
  smallestLarge,
}:
{
  form,
  name,
  script,
  owner,
  mtime,
  environment,
}:
let
  /**
    Whether busybox's `date` is enough for a time (times.sh).
  */
  isUsual =
    time:
    builtins.elem time [
      "1970-01-01T00:00:01Z"
      "now"
    ];
in
pkgs.runBusybox {
  inherit name script;
  environment =
    owner
    // {
      inherit form mtime smallestLarge;
      inherit (pkgs) gnutar openssl;
      layerFunctions = ./layers.sh;
      packingFunctions = ./packing.sh;
      planLayers = ./planLayers.awk;
      timeFunctions = ./times.sh;
    }
    // lib.optionalAttrs (!isUsual mtime || !isUsual (environment.created or "now")) {
      inherit (pkgs) coreutils;
    }
    // lib.optionalAttrs (form == "tar+gzip") { inherit (pkgs) libdeflate; }
    // environment;
}
