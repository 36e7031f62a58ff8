/**
  A checkout of nixpkgs whose builders can run where none of its packages can be fetched: its own
  stdenv, trivial builders and dockerTools, but running Debian's programs.

  What a trimmed checkout leaves out is there by name, and fails when it is built.

  # Inputs

  `nixpkgs`
  : the checkout

  `lock`
  : the lock of the Debian packages
*/
{
  nixpkgs,
  lock,
  system ? builtins.currentSystem,
}:
let
  debian = import ../nix/package-sets/debian { inherit lock system; };

  # nixpkgs applies overlays to the stages from which it bootstraps its compiler as well.
  onlyLast =
    overlay: final: prev:
    if prev.lib.hasPrefix "bootstrap-" prev.stdenv.name then { } else overlay final prev;

  shell = "${debian.bash}/bin/bash";

  # nixpkgs asserts by which compiler some programs were made, and makes variants of others.
  toProgram =
    program:
    program
    // {
      override = _: toProgram program;
      stdenv.cc.cc = { };
    };

  programs = builtins.mapAttrs (_: toProgram) {
    inherit (debian)
      bash
      busybox
      cacert
      coreutils
      fakeroot
      jq
      perp
      python3
      runit
      skopeo
      ;
    bashInteractive = debian.bash;
  };

  runPrograms = final: prev: programs // {
    runtimeShell = shell;
    stdenv = prev.stdenv.override {
      inherit shell;
      allowedRequisites = null;
      disallowedRequisites = [ ];
      extraNativeBuildInputs = [ ];
      initialPath = [
        debian.bash
        debian.coreutils
        debian.findutils
        debian.gawk
        debian.gnugrep
        debian.gnused
        debian.gnutar
        debian.gzip
      ];
      # They would put the programs of the bootstrap in the place of these.
      overrides = final: prev': prev.stdenv.overrides final prev' // programs;
    };

    # It makes the links of symlinkJoin: folders anew, files as links, the first of a name stays.
    lndir = final.writeShellScriptBin "lndir" ''
      cd "$3"
      find "$2" -mindepth 1 -printf '%y %P\n' | while read -r type path; do
        if test "$type" = d; then
          mkdir -p "$path"
        else
          test -L "$path" || ln -s "$2/$path" "$path"
        fi
      done
    '';
    # Where older releases have it.
    xorg = prev.xorg or { } // {
      inherit (final) lndir;
    };

    dockerTools = prev.dockerTools.override { inherit (final) writePython3; };

    # Without a checker of Python's style, and without Python's own packages.
    writePython3 =
      name: _: script:
      final.runCommand name { } ''
        { echo '#!${debian.python3}/bin/python3'; cat ${script}; } >$out
        chmod +x $out
      '';
  };

  addMissing =
    final: prev:
    let
      folder = nixpkgs + "/pkgs/build-support";
      toStub = name: final.runCommand name { } "echo 'the checkout has no ${name}' >&2; exit 1";
    in
    removeAttrs (
      prev.lib.genAttrs [
        "closureInfo"
        "e2fsprogs"
        "jshon"
        "moreutils"
        "nixosTests"
        "pigz"
        "proot"
        "rsync"
        "tarsum"
      ] toStub
      // {
        dockerTools = final.callPackage (folder + "/docker") { };
        go = toStub "go" // {
          GOARCH = "amd64";
        };
        vmTools.runInLinuxVM = _: toStub "vmTools";
        referencesByPopularity = final.callPackage (folder + "/references-by-popularity") { };
      }
    ) (builtins.attrNames prev);
in
import ../nix/package-sets/nixpkgs {
  inherit nixpkgs system;
  overlays = map onlyLast [
    addMissing
    runPrograms
  ];
}
