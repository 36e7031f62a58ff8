/**
  An image of a registry as a docker archive; the arguments are those of nixpkgs'
  `dockerTools.pullImage`. The digest says which image, the hash what its archive is.

  Proxies and the file with the registry's credentials come from the environment of whoever builds.
*/
{ architecture, pkgs }:
let
  /**
    Copies of what is needed, in one folder: the archive must not hold the path of anything that it
    is made with (Nix forbids it for an output with a hash), and an image of this set has the paths
    of this set's packages in it.
  */
  tools = pkgs.runBusybox {
    name = "pull-tools";
    script = ./pullTools.sh;
    environment = {
      inherit (pkgs) busybox cacert;
      inherit (pkgs.skopeo) lib loader;
      skopeo = "${builtins.head pkgs.skopeo.programFolders}/usr/bin/skopeo";
    };
  };
in
{
  imageName,
  imageDigest,
  hash ? "",
  sha256 ? "",
  outputHash ? if hash != "" then hash else sha256,
  outputHashAlgo ? if hash != "" then null else "sha256",
  os ? "linux",
  arch ? architecture,
  tlsVerify ? true,
  name ? "docker-image-${builtins.replaceStrings [ "/" ":" ] [ "-" "-" ] imageName}.tar",
  finalImageName ? imageName,
  finalImageTag ? "latest",
  meta ? { },
}:
if outputHash == "" then
  throw "dockerTools.pullImage: image ${imageName}: hash: expected the hash of its archive (sha256-...), got none"
else
  pkgs.makeDerivation {
    inherit meta name;
    builder = "${tools}/busybox";
    args = [
      "sh"
      "-eu"
      ./pullImage.sh
    ];
    environment = {
      inherit
        arch
        imageDigest
        imageName
        os
        outputHash
        outputHashAlgo
        ;
      outputHashMode = "flat";
      finalImage = "${finalImageName}:${finalImageTag}";
      tlsVerify = if tlsVerify then "true" else "false";
      inherit tools;
      SSL_CERT_FILE = "${tools}/ca-bundle.crt";
      impureEnvVars = [
        "ALL_PROXY"
        "HTTPS_PROXY"
        "HTTP_PROXY"
        "NO_PROXY"
        "REGISTRY_AUTH_FILE"
        "all_proxy"
        "http_proxy"
        "https_proxy"
        "no_proxy"
      ];
    };
    passthru = {
      imageName = finalImageName;
      imageTag = finalImageTag;
    };
  }
