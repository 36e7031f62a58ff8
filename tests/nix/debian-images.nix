/**
  Images that show what the debian package set's dockerTools can do.
*/
{ pkgs }:
let
  inherit (pkgs) dockerTools;

  base = dockerTools.buildLayeredImage {
    name = "test/base";
    tag = "1";
    contents = [
      pkgs.bash
      pkgs.coreutils
    ];
    config.Env = [
      "A=of the parent"
      "B=x=y"
    ];
    extraCommands = ''
      mkdir -p var/removed
      echo old | tee var/changed var/kept >var/removed/file
    '';
  };

  toService =
    text:
    pkgs.writeTextDir "etc/service" "${text} ${pkgs.jq}/bin/jq"
    // {
      references = [
        "${pkgs.jq}"
        "${pkgs.gnused}"
      ];
    };

  toLayered =
    service:
    dockerTools.buildLayeredImage {
      name = "test/layered";
      fromImage = base;
      contents = [
        pkgs.cacert
        service
      ];
      config = {
        Cmd = [ "${pkgs.gnugrep}/bin/grep" ];
        Env = [ "A=its own" ];
        Labels."a.b" = "ä \"quoted\"";
      };
      extraCommands = "mkdir -m 1777 tmp";
    };

  toWithoutCommands =
    service:
    dockerTools.buildLayeredImage {
      name = "test/no-commands";
      contents = [
        pkgs.cacert
        service
      ];
    };
in
{
  inherit base;

  asRoot = dockerTools.buildImage {
    name = "test/as-root";
    tag = "1";
    fromImage = base;
    copyToRoot = [ pkgs.jq ];
    runAsRoot = ''
      #!${pkgs.runtimeShell}
      mkdir -p /data/of/user
      chown -R 1000:100 /data/of
      chmod 2750 /data/of/user
      rm -r /var/removed
      echo new >/var/changed
      /bin/bash -c 'echo "$(id -u) $(/bin/jq -n 1)"' >/data/seen
    '';
    extraCommands = "echo last >>data/seen";
  };

  changed = toLayered (toService "changed");

  copied = dockerTools.buildImage {
    name = "test/copied";
    copyToRoot = pkgs.writeTextDir "etc/file" "from ${pkgs.gnused}";
    config.Cmd = [ "/bin/sh" ];
    uid = 5;
    gid = 6;
  };

  fakeRoot = dockerTools.buildLayeredImage {
    name = "test/fake-root";
    contents = [ pkgs.jq ];
    fakeRootCommands = ''
      mkdir -p home/user
      echo "$(id -u)" >home/user/uid
      chown 1000:100 home/user
    '';
  };

  fewLayers = dockerTools.buildLayeredImage {
    name = "test/few-layers";
    contents = [
      pkgs.bash
      pkgs.coreutils
      pkgs.gnused
      pkgs.jq
    ];
    maxLayers = 5;
  };

  layered = toLayered (toService "text");

  onArchive = dockerTools.buildLayeredImage {
    name = "test/on-archive";
    fromImage = pkgs.runCommand "base.tar.gz" { } "gzip -nc ${base} >$out";
    contents = [ pkgs.coreutils ];
    config.Env = [ "C=1" ];
  };

  noCommands = toWithoutCommands (toService "text");

  otherNoCommands = toWithoutCommands (toService "changed");

  onLinks = dockerTools.buildLayeredImage {
    name = "test/on-links";
    fromImage = toWithoutCommands (toService "text");
    contents = [
      pkgs.cacert
      pkgs.gnused
    ];
  };

  withoutStore = dockerTools.buildLayeredImage {
    name = "test/without-store";
    contents = [ pkgs.jq ];
    includeStorePaths = false;
  };
}
