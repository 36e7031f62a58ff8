/**
  The library for images: the functions of `pkgs.lib`, and those that make images and what belongs
  to them.

  # Inputs

  `pkgs`
  : the package set

  `dockerImages`
  : the project's images; `dockerImages.pulled.kubernetesBaseImage`, if there is one, is the parent
    of images that name none

  `fluentd`
  : the package fluentd, or null

  `perp`
  : the package perp: a folder with bin/perpd and the other commands

  # Output

  The table below; its `override` gives the same with other inputs.
*/
inputs@{
  pkgs,
  dockerImages ? { },
  fluentd ? pkgs.fluentd or null,
  perp ? (import ./package-sets/complete.nix pkgs).perp,
}:
let
  pkgs = import ./package-sets/complete.nix inputs.pkgs;

  checks = import ./lib/checks;

  supervisor = import ./build-support/buildSupervisor.nix { inherit perp pkgs; };

  writeFluentdConf = import ./build-support/writeFluentdConf.nix { inherit pkgs; };

  addFluentd = import ./build-support/addFluentd.nix {
    inherit (table) fluentd fluentdCw;
    inherit checks pkgs writeFluentdConf;
  };

  buildServiceFolder = import ./build-support/buildServiceFolder.nix {
    inherit (table) perp reference;
    inherit pkgs supervisor;
  };

  buildImageOfServices = import ./build-support/buildImageWithPerps.nix {
    inherit (table) baseImage perp reference;
    inherit
      addFluentd
      buildServiceFolder
      checks
      dockerImages
      pkgs
      supervisor
      ;
  };

  buildImageReport = import ./build-support/buildImageReport.nix { inherit pkgs; };

  table = {
    baseImage = table.buildBaseImage { };

    buildBaseImage = import ./build-support/buildBaseImage.nix { inherit pkgs; };

    buildImageWithPerp = import ./build-support/buildImageWithPerp.nix {
      buildImageWithPerps = buildImageOfServices;
    };

    buildImageWithPerps = buildImageOfServices "buildImageWithPerps";

    fluentd = import ./lib/fluentd.nix;

    fluentdCw = import ./build-support/buildFluentd.nix { inherit fluentd pkgs; };

    makeJobs = import ./build-support/makeJobs.nix {
      inherit (table) pushImage;
      inherit buildImageReport pkgs;
    };

    override = changes: import ./. (inputs // changes);

    perp = import ./lib/perp.nix { inherit (pkgs) lib; };

    pushImage = import ./build-support/pushImage.nix {
      inherit (table) reference;
      inherit checks pkgs;
    };

    reference = import ./lib/reference.nix;
  };
in
pkgs.lib // table
