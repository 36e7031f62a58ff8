/**
  What runs the services of every image, in a layer of its own below all others: perp's commands,
  the first process of the container, and what the services' scripts share.

  In an image all of it is below /usr/local, which no distribution makes a link, so that no folder
  of the parent image is hidden. `folder` is where the scripts are, `shell` what runs them.
*/
{ perp, pkgs }:
let
  shell = "${pkgs.bash}/bin/bash";

  supervisor = pkgs.runCommand "supervisor" {
    inherit perp shell;
    inherit (pkgs) busybox runit;
    scripts = ./supervisor;
    passthru = {
      inherit shell;
      folder = "${supervisor}/usr/local/lib/perp";
    };
  } (builtins.readFile ./supervisor/install.sh);
in
supervisor
