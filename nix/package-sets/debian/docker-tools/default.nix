/**
  Container images, under the names and with the arguments of nixpkgs' `dockerTools`.
*/
{
  base,
  debs,
  locked,
  pkgs,
}:
let
  inherit (pkgs) lib;

  packTools = [
    pkgs.coreutils
    pkgs.findutils
    pkgs.gawk
    pkgs.gnugrep
    pkgs.gnused
    pkgs.gnutar
    pkgs.gzip
    pkgs.openssl
    pkgs.bash
  ];

  /**
    The platform's name in container images, as Go writes it.
  */
  architecture =
    {
      aarch64-linux = "arm64";
      x86_64-linux = "amd64";
    }
    .${pkgs.system};

  /**
    The bytes of files from which on a store path has a layer of its own. Of what images push again
    the large paths are nearly all (bench/train.py), and each layer costs its making.
  */
  smallestLarge = 256 * 1024;

  imageLayers = import ./imageLayers.nix { inherit pkgs; };

  runLayers = import ./runLayers.nix { inherit lib pkgs smallestLarge; };

  layerPaths = import ./layerPaths.nix { inherit lib pkgs smallestLarge; };

  storeLayer = import ./storeLayer.nix { inherit lib runLayers; };

  debianSystem = import ../system {
    inherit
      base
      debs
      imageLayers
      lib
      locked
      pkgs
      ;
    runInRoot = ./runInRoot.sh;
  };

  parts = {
    inherit
      architecture
      layerPaths
      lib
      storeLayer
      ;
    checkArguments = import ./checkArguments.nix;
    chooseParent = import ./chooseParent.nix {
      inherit debianSystem;
      loadArchive = import ./loadArchive.nix { inherit imageLayers pkgs; };
      inherit layerPaths lib;
    };
    debLayers = import ./debLayers.nix {
      inherit
        debs
        layerPaths
        lib
        storeLayer
        ;
    };
    makeImage = import ./makeImage.nix {
      inherit
        layerPaths
        lib
        pkgs
        runLayers
        storeLayer
        ;
    };
    rootFileSystem = import ./rootFileSystem.nix {
      inherit
        imageLayers
        lib
        packTools
        pkgs
        ;
    };
  };
in
{
  buildImage = import ./buildImage.nix parts;
  buildLayeredImage = import ./buildLayeredImage.nix parts;
  parentListings =
    { fromImage, contents }:
    (parts.chooseParent { inherit architecture contents fromImage; }).parent.listings;
  runInDebian = import ../builder/runInDebian.nix {
    inherit debianSystem imageLayers pkgs;
    runInRoot = ./runInRoot.sh;
  };
  pullImage = import ./pullImage.nix { inherit architecture pkgs; };
}
