/**
  What an image builds on: an image of this set, a docker archive of any origin, or nothing.

  # Output

  - `parts`: by how layers are kept (runLayers.nix) a folder with the list of the layers, `layers`, the
    store paths in them, `paths`, and the configuration, `config.json`; null where there is no parent
  - `listings`: files that say what is in the layers (parentFolders.awk), the lowest first
*/
{ packTools, pkgs }:
{
  fromImage,
  fromImageName ? null,
  fromImageTag ? null,
}:
let
  read =
    name: script: tools: environment:
    pkgs.runBash {
      inherit name script;
      tools = packTools ++ [ pkgs.jq ] ++ tools;
      environment = environment // {
        inherit fromImage fromImageName fromImageTag;
        chooseImage = ./chooseImage.sh;
      };
    };

  load =
    compressed:
    read "parts-of-parent" ./loadArchive.sh (pkgs.lib.optional compressed pkgs.libdeflate) {
      inherit compressed;
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
        tar = load false;
        "tar+gzip" = load true;
      };
    listings = fromImage.listings or [ (read "files-of-parent" ./listArchive.sh [ ] { }) ];
  }
