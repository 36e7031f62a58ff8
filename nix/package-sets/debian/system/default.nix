/**
  A Debian system with some packages, for an image to build on: a layer for each large package, the
  Essential ones in a layer that all images share, and on top what maintainer scripts make.

  # Inputs

  A list of packages of this set, which have `debianName`, `debs` and `lib`.

  # Output

  What loadArchive.nix gives for a parent, and `configured`, the layer on top.
*/
{
  base,
  debs,
  imageLayers,
  lib,
  locked,
  pkgs,
  runInRoot,
}:
let
  toClosure = import ./closure.nix {
    inherit
      base
      debs
      lib
      locked
      ;
  };
  planLayers = import ./planLayers.nix { inherit lib; };
  packLayer = import ./packLayer.nix { inherit pkgs; };
  compressLayer = import ./compressLayer.nix { inherit pkgs; };
  configure = import ./configure.nix {
    inherit
      imageLayers
      lib
      pkgs
      runInRoot
      ;
    inherit (locked) uids;
  };

  toLayer =
    options:
    { name, packages }:
    packLayer (
      {
        inherit name;
        files = map (package: package.deb) packages;
      }
      // options
    );

  essentialLayer =
    let
      packages = (toClosure [ ]).essential;
    in
    toLayer { withRoot = true; } {
      name = "essential";
      inherit packages;
    };

  discardContext = builtins.unsafeDiscardStringContext;

  # The layers of Debian packages, the configured one last, with links at store paths.
  makeLayers =
    names: links:
    let
      closure = toClosure names;
      layers = [ essentialLayer ] ++ map (toLayer { }) (planLayers closure.others);
    in
    layers
    ++ [
      (configure {
        inherit layers;
        essential = toNames closure.essential;
        others = toNames closure.others;
        links = discardContext (lib.concatMapStrings (link: "${link}\n") links);
      })
    ];

  toNames = map (package: package.name);
in
{
  /**
    The layers of a system with packages of these names, for builds.

    # Type

        layersOf :: [String] -> [Derivation]
  */
  layersOf = names: makeLayers names [ ];

  /**
    The system of an image that has these packages.
  */
  __functor =
    _: packages:
    let
      # The unpacked packages of a store path are the image's own files: it holds them once.
      links =
        map (package: "${package} programs") packages
        ++ map (package: "${package.lib} /usr/lib/${debs.platform.triplet}") packages
        ++ map (path: "${path} /") (
          lib.unique (lib.concatMap (package: map (deb: deb.path) package.debs) packages)
        );

      all = makeLayers (map (package: package.debianName) packages) links;

      toParts =
        form:
        pkgs.runBusybox {
          name = "debian-system";
          script = ./systemParts.sh;
          environment = {
            layers = if form == "tar" then all else map compressLayer all;
            paths = discardContext (
              lib.concatMapStrings (link: "${lib.head (lib.splitString " " link)}\n") links
            );
            config = lib.toJSON {
              Env = [ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" ];
            };
            passAsFile = [
              "config"
              "paths"
            ];
          };
        };
    in
    {
      configured = lib.last all;
      parts = lib.genAttrs [ "tar" "tar+gzip" ] toParts;
      listings = map (layer: "${layer}/listing") all;
    };
}
