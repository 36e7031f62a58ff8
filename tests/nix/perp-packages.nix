# A package set of packages that are never built: enough to evaluate the image library.
let
  lib = import ../../nix/package-sets/debian/lib.nix;
  package = name: derivation {
    inherit name;
    system = "x86_64-linux";
    builder = "/bin/sh";
  };
  image = function: arguments: package "docker-image" // { inherit arguments function; };
in
{
  inherit lib;
  runCommand = name: environment: command: package name // environment.passthru or { };
  dockerTools = {
    buildImage = image "buildImage";
    buildLayeredImage = image "buildLayeredImage";
  };
}
// lib.genAttrs [
  "bash"
  "busybox"
  "cacert"
  "coreutils"
  "jq"
  "perp"
  "python3"
  "runit"
] package
