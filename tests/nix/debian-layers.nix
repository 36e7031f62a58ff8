/**
  Images whose parent has folders with modes and owners of its own, and folders that are links.
*/
{ pkgs }:
let
  inherit (pkgs) dockerTools;

  parent = dockerTools.buildLayeredImage {
    name = "test/parent";
    contents = [
      pkgs.bash
      pkgs.coreutils
    ];
    fakeRootCommands = ''
      mkdir -p usr opt/own data/of/parent run "odd name" hidden/below nix/store
      mv bin usr/
      ln -s usr/bin bin
      ln -s /data srv
      mkdir var && ln -s ../run var/run
      ln -s loop loop
      echo file >file && ln -s file linked-file
      mkdir -m 1777 tmp
      chmod 750 usr data/of
      chmod 700 "odd name"
      chmod 2711 opt
      chown 1000:100 opt nix/store
      chown 1001:1001 data/of/parent
    '';
  };

  commands = ''
    mkdir -p tmp/new opt/new usr/share "odd name/new" data/of/parent/new srv/of/new var/run/new new/er
    mkdir -p loop linked-file
    mkdir -m 700 run
    touch loop/file linked-file/file run/file data/of/parent/new/file "odd name/new/file"
    chmod 711 var
  '';

  contents = [
    (pkgs.writeTextDir "bin/own" "of the image")
    (pkgs.writeTextDir "srv/of/parent/service" "")
  ];

  toLayered =
    arguments:
    dockerTools.buildLayeredImage (
      {
        name = "test/child";
        fromImage = parent;
        inherit contents;
        extraCommands = commands;
      }
      // arguments
    );

  child = toLayered { };
in
{
  inherit child parent;

  asRoot = dockerTools.buildImage {
    name = "test/as-root";
    fromImage = parent;
    copyToRoot = contents;
    runAsRoot = ''
      mkdir -p /data/of/parent/deep/er
      echo text >/data/of/parent/deep/er/file
      rm -r /hidden/below
    '';
  };

  copied = dockerTools.buildImage {
    name = "test/copied";
    fromImage = parent;
    copyToRoot = contents;
    extraCommands = commands;
  };

  fakeRoot = toLayered {
    fakeRootCommands = ''
      mkdir -p home/user
      chown 1000:1000 home/user
    '';
  };

  grandchild = toLayered {
    fromImage = child;
    extraCommands = "mkdir -p run/more data/of/parent/new/er";
  };

  linked = toLayered {
    extraCommands = "";
    contents = [
      (builtins.head contents)
      (pkgs.writeTextDir "srv/service" "" // { references = [ "${pkgs.jq}" ]; })
    ];
  };

  onArchive = toLayered {
    fromImage = pkgs.runCommand "parent.tar.gz" { } "gzip -nc ${parent} >$out";
  };

  owned = toLayered {
    uid = 5;
    gid = 6;
    uname = "five";
    gname = "six";
  };

  ownedByOther = dockerTools.buildLayeredImage {
    name = "test/owned";
    contents = [ pkgs.bash ];
    uid = 5;
    gid = 6;
    uname = "five";
    gname = "six";
    maxLayers = 3;
  };

  ownedAsRoot = dockerTools.buildLayeredImage {
    name = "test/owned-as-root";
    contents = [ pkgs.bash ];
    fakeRootCommands = "mkdir -m 700 root";
    uid = 5;
    gid = 6;
  };
}
