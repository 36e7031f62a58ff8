# What completing a package set makes of dockerTools as releases of nixpkgs had it. Each function of
# the stand-ins gives back the arguments it was called with.
{ lib }:
let
  answer = suffix: arguments: {
    inherit arguments;
    outPath = builtins.toJSON arguments;
    name = "image.tar${suffix}";
    imageName = arguments.name;
    imageTag = "tag";
  };

  complete =
    release: dockerTools:
    (import ../../nix/package-sets/complete.nix {
      inherit dockerTools;
      lib = lib // {
        trivial.release = release;
      };
      perp = null;
      runCommand = name: environment: script: environment.passthru // { inherit name script; };
    }).dockerTools;

  streamLayeredImage = arguments: answer "" arguments;

  before2211 = {
    inherit streamLayeredImage;
    buildImage =
      {
        name,
        contents ? null,
        runAsRoot ? null,
      }@arguments:
      answer ".gz" arguments;
    buildLayeredImage = { name, ... }@arguments: answer ".gz" arguments;
  };

  since2405 = {
    inherit streamLayeredImage;
    buildImage =
      {
        name,
        copyToRoot ? null,
        runAsRoot ? null,
        compressor ? "gz",
      }@arguments:
      answer "" arguments;
    buildLayeredImage =
      {
        name,
        compressor ? "gz",
        ...
      }@arguments:
      answer "" arguments // { stream = "of its own"; };
  };

  image = {
    name = "some/image";
    copyToRoot = [ "a" ];
    runAsRoot = "true";
  };
  layered = {
    name = "some/image";
    contents = [ "a" ];
  };
in
{
  old = (complete "22.05" before2211).buildImage image;
  oldLayered = (complete "22.05" before2211).buildLayeredImage layered;
  new = (complete "26.05" since2405).buildImage image;
  newLayered = (complete "26.05" since2405).buildLayeredImage layered;
  compressed = (complete "26.05" since2405).buildLayeredImage (layered // { compressor = "zstd"; });
  manyLayers = (complete "26.05" since2405).buildLayeredImage (layered // { maxLayers = 90; });
  tooOld = complete "21.11" before2211;
}
