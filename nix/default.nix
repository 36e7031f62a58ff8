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

  `fluentdPlugins`
  : gems that fluentd has besides, each a set of `name`, `version` and `hash`

  `perp`
  : the package perp: a folder with bin/perpd and the other commands

  # Output

  The table below; its `override` gives the same with other inputs.
*/
inputs@{
  pkgs,
  dockerImages ? { },
  fluentd ? pkgs.fluentd or null,
  fluentdPlugins ? [ ],
  perp ? (import ./package-sets/complete.nix pkgs).perp,
}:
let
  pkgs = import ./package-sets/complete.nix inputs.pkgs;

  checks = import ./rules;

  supervisor = import ./services/buildSupervisor.nix { inherit perp pkgs; };

  writeFluentdConf = import ./fluentd/writeFluentdConf.nix { inherit pkgs; };

  addFluentd = import ./fluentd/addFluentd.nix {
    inherit (table) fluentdCw;
    inherit (import ./fluentd) readImage;
    inherit checks pkgs writeFluentdConf;
  };

  buildServiceFolder = import ./services/buildServiceFolder.nix {
    inherit (table) perp reference;
    inherit pkgs supervisor;
  };

  buildImageOfServices = import ./services/buildImageWithPerps.nix {
    inherit (table)
      baseImage
      buildLayeredImage
      perp
      reference
      ;
    inherit
      addFluentd
      buildServiceFolder
      checks
      dockerImages
      pkgs
      supervisor
      ;
  };

  buildImageReport = import ./push/buildImageReport.nix { inherit pkgs; };

  table = {
    # A Debian system takes its place in an image with packages of Debian.
    baseImage = table.buildBaseImage { } // {
      isUsualParent = true;
    };

    buildBaseImage = import ./services/buildBaseImage.nix { inherit pkgs; };

    buildImageWithPerp = import ./services/buildImageWithPerp.nix {
      inherit checks;
      buildImageWithPerps = buildImageOfServices;
    };

    buildImageWithPerps = buildImageOfServices "buildImageWithPerps";

    buildLayeredImage = import ./files/buildLayeredImage.nix {
      inherit (table) reference;
      inherit checks pkgs;
    };

    fluentdCw = import ./fluentd/buildFluentd.nix { inherit fluentd fluentdPlugins pkgs; };

    leaveOut = import ./fluentd/leaveOut.nix { inherit (table) fluentdCw; };

    makeJobs = import ./push/makeJobs.nix {
      inherit (table) pushImage;
      inherit buildImageReport pkgs;
    };

    override = changes: import ./. (inputs // changes);

    perp = import ./services/perp.nix { inherit (pkgs) lib; };

    projectSource = import ./files/projectSource.nix;

    pushImage = import ./push/pushImage.nix {
      inherit (table) reference;
      inherit checks pkgs;
    };

    reference = import ./push/reference.nix;
  };
in
pkgs.lib // table
