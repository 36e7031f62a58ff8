/**
  The parent of images that name none: a shell, the usual small programs, certificates, users.

  # Inputs

  `name`, `tag`
  : the image's; by default "base" and a hash

  `contents`
  : what it has beside that; the first of two programs with the same name wins
*/
{ pkgs }:
{
  name ? "base",
  tag ? null,
  contents ? [ ],
}:
let
  packages = [
    pkgs.bash
    pkgs.coreutils
    pkgs.busybox
    pkgs.cacert
  ]
  ++ contents;

  # Many of their programs have the same names.
  joined =
    pkgs.symlinkJoin {
      name = "base-contents";
      paths = packages;
    }
    // {
      references = map (package: "${package}") packages;
    };
in
pkgs.dockerTools.buildLayeredImage {
  inherit name tag;
  contents = [ joined ];
  extraCommands = builtins.readFile ./buildBaseImage.sh;
  config = {
    Env = [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
      "PERP_BASE=/etc/perp"
      "SSL_CERT_FILE=/etc/ssl/certs/ca-bundle.crt"
    ];
    Cmd = [ "/bin/sh" ];
  };
}
