# The .drv paths of all images of a project in all forms, and of the images with fluentd that the
# tests run. `project` is the project's folder with its lock, `tests` the folder of the tests.
{ project, tests }:
let
  lock = project + "/debian.lock.json";
  inherit (import (project + "/default.nix") { }) dockerImages lib;

  forms = image: {
    archive = image.drvPath;
    oci = image.oci.drvPath;
    ociUncompressed = image.ociUncompressed.drvPath;
  };

  # Characters and numbers that Nix itself prints differently, by its version.
  told = lib.buildImageWithPerp {
    name = "test/told";
    command = "true";
    config.Env = [ (builtins.fromJSON ''"X=\b\f\u001f\u007f"'') ];
    fluentd.outputs = [
      {
        type = "null";
        numbers = [
          0.0
          1.5
          1.0e6
          1.0e20
          1.23456789e-7
        ];
        strings = [ (builtins.fromJSON ''"\b\f\\b"'') ];
      }
    ];
    fluentd.source.type = "stdout";
  };
in
{
  project = builtins.mapAttrs (_: forms) (removeAttrs dockerImages [ "pulled" ]);
  fluentd = builtins.mapAttrs (_: forms) (import (tests + "/support/fluentd-images.nix") { inherit lock; });
  told = forms told;
  toldFluentd = told.fluentdConf;
}
