/**
  What an image builds on: null, an image of this set, or a docker archive of any origin.

  # Output

  - `layers`: the derivations of its layers
  - `parts`: null, or a folder with the list of the layers, `layers`, and the configuration,
    `config.json`
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
    parts = null;
  }
else if fromImage ? layers && fromImage ? parts then
  { inherit (fromImage) layers parts; }
else
  {
    layers = [ loaded ];
    parts = loaded;
  }
