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
    }
    // lib.optionalAttrs (form == "tar+gzip") { inherit (pkgs) libdeflate; }
    // environment;
}
