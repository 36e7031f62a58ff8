/**
  Run shell commands that make `$out` on a Debian system with some packages, without network.

  # Inputs

  `name`
  : the name of the store path

  `environment`
  : environment variables, as for `runCommand`; but `packages`, the names of Debian packages that the
    commands need besides the Essential ones, `passthru` and `meta`

  `buildCommand`
  : commands for bash, in the empty folder /build

  # Example

      runInDebian "hello" { packages = [ "gcc" "libc6-dev" ]; source = ./hello.c; } ''
        mkdir -p $out/bin
        gcc -o $out/bin/hello $source
      ''
*/
{
  debianSystem,
  imageLayers,
  pkgs,
  runInRoot,
}:
name: environment: buildCommand:
assert
  !environment ? busybox
  || throw "runInDebian ${name}: the variable busybox is the builder's own: give yours another name";
pkgs.runBash {
  inherit name;
  script = ./runInDebian.sh;
  tools = [
    pkgs.coreutils
    pkgs.fakeroot
    pkgs.gnutar
  ];
  meta = environment.meta or { };
  passthru = environment.passthru or { };
  environment =
    removeAttrs environment [
      "meta"
      "packages"
      "passthru"
    ]
    // {
      inherit buildCommand;
      inherit (pkgs) busybox;
      debianImageLayers = imageLayers.imageLayers;
      debianPython = imageLayers.python;
      debianRunInRoot = runInRoot;
      debianLayers = debianSystem.layersOf (environment.packages or [ ]);
      debianEnter = ./enterDebian.sh;
      passAsFile = environment.passAsFile or [ ] ++ [ "buildCommand" ];
    };
}
