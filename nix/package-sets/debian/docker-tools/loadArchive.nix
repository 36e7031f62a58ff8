/**
  The parts of what an image builds on, by how its layers are kept (runLayers.nix): each is null
  where there is no parent, else a folder with the list of the layers, `layers`, the store paths in
  them, `paths`, and the configuration, `config.json`. The parent is an image of this set or a
  docker archive of any origin.
*/
{ packTools, pkgs }:
{
  fromImage,
  fromImageName ? null,
  fromImageTag ? null,
}:
let
  load =
    compressed:
    pkgs.runBash {
      name = "parts-of-parent";
      script = ./loadArchive.sh;
      tools =
        packTools
        ++ [ pkgs.jq ]
        ++ pkgs.lib.optional compressed pkgs.libdeflate;
      environment = {
        inherit
          compressed
          fromImage
          fromImageName
          fromImageTag
          ;
      };
    };
in
if fromImage == null then
  {
    tar = null;
    "tar+gzip" = null;
  }
else
  fromImage.parts or {
    tar = load false;
    "tar+gzip" = load true;
  }
