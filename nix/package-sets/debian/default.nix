/**
  A package set made of Debian's packages, under the names that nixpkgs uses.

  Each .deb file is fetched and unpacked by a derivation of its own; programs run through the
  unpacked dynamic loader, so they work in a build's sandbox and in an image alike. Which
  packages there are, and by which hash, says the lock that `nixgen packages lock` writes.

  # Inputs

  `system`
  : the system to build for and on; the lock must have been made for it

  `lock`
  : path of the lock, `debian.lock.json`; the seeds lie beside it

  `mirrors`
  : where to fetch packages before the machine's own mirrors are tried, a list of addresses by the
    name of the archive, `debian` or `debian-security`

  `gemFolder`, `gemSources`
  : where to find gems before the machine's own sources are tried: a folder of gem files, a list of
    addresses

  `gems`
  : changes of fluentd's gems: `version` and `hash` by name, as in ruby/gems.json

  # Example

      import ./nix/package-sets/debian { lock = ./debian.lock.json; }
*/
{
  system ? builtins.currentSystem,
  lock,
  mirrors ? { },
  gemFolder ? null,
  gemSources ? [ ],
  gems ? { },
}:
let
  lib = import ./lib.nix;

  locked = import ./lock.nix {
    inherit lib system;
    file = lock;
  };

  makeDerivation = import ./build-support/makeDerivation.nix { inherit system; };

  runBusybox = import ./build-support/runBusybox.nix {
    inherit makeDerivation;
    inherit (packages) busybox;
  };

  own = lib.importJSON ./packages.json;

  debs = import ./debs.nix {
    inherit (own) ignoredDependencies;
    inherit
      lib
      locked
      mirrors
      runBusybox
      system
      ;
  };

  toPackage = import ./package.nix { inherit debs lib runBusybox; };

  /**
    The packages of the set's own list, under nixpkgs' names.
  */
  named = builtins.mapAttrs (
    name: debianNames: toPackage { inherit name debianNames; }
  ) own.packages;

  /**
    Every other package of the lock under its Debian name, as far as that is free.
  */
  underDebianNames = builtins.mapAttrs (
    name: _:
    toPackage {
      inherit name;
      debianNames = [ name ];
      passthru.debianName = name;
    }
  ) debs.all;

  special = {
    busybox = import ./busybox.nix {
      inherit makeDerivation;
      inherit (locked) seed;
    };
    cacert = import ./cacert.nix { inherit debs runBusybox; };
    fakeroot = import ./fakeroot.nix {
      inherit debs toPackage;
      inherit (packages) busybox writeScriptBin;
    };
    fetchGem = import ./ruby/fetchGem.nix {
      inherit
        gemFolder
        gemSources
        lib
        runBusybox
        system
        ;
      inherit (locked) seed;
      ruby = ruby [ ];
    };
    fluentd = import ./ruby/fluentd.nix {
      inherit lib ruby;
      inherit (packages) bash fetchGem writeScriptBin;
      gems = lib.recursiveUpdate (lib.importJSON ./ruby/gems.json) gems;
    };
    perp = import ./perp { pkgs = packages; };
    python3 = import ./python3.nix {
      inherit
        debs
        lib
        runBusybox
        toPackage
        ;
    };
  };

  ruby =
    gems:
    import ./ruby/ruby.nix { inherit debs lib runBusybox toPackage; } {
      inherit gems;
      debianNames = own.packages.fluentd;
    };

  buildSupport = import ./build-support {
    inherit
      lib
      makeDerivation
      packages
      runBusybox
      ;
  };

  packages =
    underDebianNames
    // named
    // special
    // buildSupport
    // {
      inherit lib system;
      dockerTools = import ./docker-tools {
        inherit (own) base;
        inherit debs locked;
        pkgs = packages;
      };
      inherit (packages.dockerTools) runInDebian;
      stdenv.hostPlatform = { inherit system; };
    };
in
packages
