/**
  Container images, under the names and with the arguments of nixpkgs' `dockerTools`.
*/
{ pkgs }:
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

  compressLayer = import ./compressLayer.nix { inherit pkgs; };

  /**
    The platform's name in container images, as Go writes it.
  */
  architecture =
    {
      aarch64-linux = "arm64";
      x86_64-linux = "amd64";
    }
    .${pkgs.system};

  parts = {
    inherit architecture lib;
    checkArguments = import ./checkArguments.nix;
    layerPaths = import ./layerPaths.nix { inherit lib; };
    loadArchive = import ./loadArchive.nix { inherit packTools pkgs; };
    makeImage = import ./makeImage.nix { inherit compressLayer packTools pkgs; };
    rootFileSystem = import ./rootFileSystem.nix { inherit lib packTools pkgs; };
    storeLayer = import ./storeLayer.nix { inherit lib pkgs; };
  };
in
{
  buildImage = import ./buildImage.nix parts;
  buildLayeredImage = import ./buildLayeredImage.nix parts;
  pullImage = import ./pullImage.nix { inherit architecture pkgs; };
}
