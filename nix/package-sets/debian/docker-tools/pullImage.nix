/**
  An image of a registry as a docker archive; the arguments are those of nixpkgs'
  `dockerTools.pullImage`. The digest says which image, the hash what its archive is.

  Proxies and the file with the registry's credentials come from the environment of whoever builds.
*/
{ architecture, pkgs }:
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
  pkgs.runBash {
    inherit meta name;
    script = ./pullImage.sh;
    tools = [
      pkgs.coreutils
      pkgs.skopeo
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
      SSL_CERT_FILE = "${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt";
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
