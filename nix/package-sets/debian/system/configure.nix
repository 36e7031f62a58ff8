/**
  The layer that Debian's maintainer scripts make of unpacked packages.

  # Inputs

  `layers`
  : the layers of packages, as packLayer.nix makes them

  `essential`, `others`
  : the names of the packages, in the order in which they are prepared

  `links`
  : what stands at store paths in the image: lines "PATH TARGET"; the target of packages, which get
    a folder with their programs, is `programs`

  # Output

  A folder like packLayer.nix's.
*/
{
  imageLayers,
  lib,
  pkgs,
  runInRoot,
  uids,
}:
{
  layers,
  essential,
  others,
  links,
}:
pkgs.runBash {
  name = "layer-debian-configured";
  script = ./configure.sh;
  tools = [
    pkgs.coreutils
    pkgs.fakeroot
    pkgs.findutils
    pkgs.gnutar
  ];
  environment = imageLayers // {
    inherit
      essential
      layers
      links
      others
      runInRoot
      ;
    inherit (pkgs) busybox;
    uids = lib.mapAttrsToList (name: uid: "${name}=${toString uid}") uids;
    describeLayer = ./describeLayer.sh;
    linkPrograms = ./linkPrograms.sh;
    maintainerScripts = pkgs.runCommand "maintainer-scripts" { scripts = ./maintainer-scripts; } ''
      cp -r "$scripts" "$out"
      chmod -R u+w,a+rx "$out"
    '';
    sortJavaCertificates = ./sort_java_certificates.py;
    passAsFile = [ "links" ];
  };
}
