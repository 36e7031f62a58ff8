/**
  What an image builds on: an image of this set, a docker archive or an OCI image layout of any
  origin, or nothing.

  # Output

  - `parts`: by how layers are kept (runLayers.nix) a folder with the list of the layers, `layers`,
    the store paths in them, `paths`, and the configuration, `config.json`; null where there is no
    parent
  - `listings`: files that say what is in the layers (parentFolders.awk), the lowest first
*/
{ imageLayers, pkgs }:
{
  architecture,
  fromImage,
  fromImageName ? null,
  fromImageTag ? null,
}:
let
  read =
    name: environment:
    pkgs.runBash {
      inherit name;
      script = ./loadArchive.sh;
      tools = [ pkgs.coreutils ];
      environment =
        imageLayers
        // {
          inherit
            architecture
            fromImage
            fromImageName
            fromImageTag
            ;
          ZSTD = "${pkgs.zstd}/bin/zstd";
          libdeflateGzip = "";
          listing = false;
        }
        // environment;
    };
in
if fromImage == null then
  {
    parts = {
      tar = null;
      "tar+gzip" = null;
    };
    listings = [ ];
  }
else
  {
    parts =
      fromImage.parts or {
        tar = read "parts-of-parent" { };
        "tar+gzip" = read "parts-of-parent" {
          libdeflateGzip = "${pkgs.libdeflate}/bin/libdeflate-gzip";
        };
      };
    listings = fromImage.listings or [ (read "files-of-parent" { listing = true; }) ];
  }
