/**
  perp's commands on Debian's runit: perpd, perpctl, perpls, perpok and runuid, as their manual
  pages describe them, as far as images need that (see perpd.sh).
*/
{ pkgs }:
pkgs.runCommand "perp" {
  inherit (pkgs) busybox runit;
  shell = "${pkgs.bash}/bin/bash";
  scripts = ./.;
  meta.description = "Stands in for perp, persistent process supervision";
} (builtins.readFile ./install.sh)
