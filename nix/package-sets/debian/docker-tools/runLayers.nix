/**
  A derivation that makes layers: a script that uses layers.sh, with what that needs.

  `form` says how the layers are kept: `recipe` for programs that print them, `tar`, or `tar+gzip`.
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
    }
    // lib.optionalAttrs (form == "tar+gzip") { inherit (pkgs) libdeflate; }
    // environment;
}
