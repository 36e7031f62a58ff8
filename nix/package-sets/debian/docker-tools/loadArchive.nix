/**
  The layers and the configuration of what an image builds on: null, an image of this set, or a
  docker archive of any origin.
*/
{ packTools, pkgs }:
{
  fromImage,
  fromImageName ? null,
  fromImageTag ? null,
}:
let
  loaded = pkgs.runBash {
    name = "layers-of-parent";
    script = ./loadArchive.sh;
    tools = packTools ++ [ pkgs.jq ];
    environment = {
      inherit fromImage fromImageName fromImageTag;
    };
  };
in
if fromImage == null then
  {
    layers = [ ];
    imageConfig = null;
  }
else if fromImage ? layers && fromImage ? imageConfig then
  { inherit (fromImage) imageConfig layers; }
else
  {
    layers = [ loaded ];
    imageConfig = "${loaded}/config.json";
  }
