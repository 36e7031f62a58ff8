/**
  A package set with all that the image library takes from one.

  Meets what differs between package sets, and between the releases of nixpkgs: arguments of
  dockerTools that came later, images in forms that only one set has, and perp, which nixpkgs does
  not have. A set that is complete stays as it is.

  # Type

      complete :: PackageSet -> PackageSet
*/
pkgs:
let
  inherit (pkgs) dockerTools lib;

  oldestRelease = "22.05";
  release = lib.trivial.release or oldestRelease;

  toAnnotations = import ./toAnnotations.nix;

  buildOciDirectory = import ../push/buildOciDirectory.nix { inherit pkgs; };

  takes = function: argument: lib.functionArgs function ? ${argument};

  # Call a function that makes an archive so that it is not compressed, which what loads it may not
  # read. Before 24.05 the archive always is.
  makeArchive =
    function: arguments:
    let
      uncompressed = lib.optionalAttrs (takes function "compressor") { compressor = "none"; };
      image = function (uncompressed // arguments);
    in
    if !lib.hasSuffix ".gz" image.name then
      image
    else
      pkgs.runCommand (lib.removeSuffix ".gz" image.name) {
        passthru = { inherit (image) imageName imageTag; };
      } "gzip -dc ${image} >$out";

  # nixpkgs' pullImage has no place for credentials.
  withAuthFile =
    image:
    if image ? overrideAttrs then
      image.overrideAttrs (old: {
        impureEnvVars = old.impureEnvVars ++ [ "REGISTRY_AUTH_FILE" ];
      })
    else
      image;

  # The annotations are part of the image, and so of the hash of its output path.
  withAnnotations =
    annotations: image:
    if annotations == "" then image else image.overrideAttrs (_: { inherit annotations; });

  # Split what a function of dockerTools is given into its own arguments and the annotations that
  # it knows nothing of.
  splitArguments =
    function: given:
    if takes function "annotations" then
      {
        arguments = given;
        annotations = "";
      }
    else
      {
        arguments = removeAttrs given [ "annotations" ];
        annotations = toAnnotations (
          builtins.intersectAttrs (builtins.functionArgs toAnnotations) given
        );
      };

  # nixpkgs has no layer for files: commands make them in the last one.
  withFiles =
    given:
    if !given ? files || takes dockerTools.buildLayeredImage "files" then
      given
    else
      removeAttrs given [ "files" ]
      // {
        fakeRootCommands = given.files.commands + given.fakeRootCommands or "";
      };

  # Add the forms in which images are pushed and loaded. `source` prints the archive, or is it.
  addForms =
    annotations: source: image:
    let
      toOci =
        compressed:
        buildOciDirectory {
          inherit (image) imageName imageTag;
          inherit annotations compressed source;
        };
    in
    if image ? oci then
      image
      // {
        loadedBy = {
          docker = image;
          podman = image.ociUncompressed;
        };
      }
    else
      image
      // {
        oci = toOci true;
        ociUncompressed = toOci false;
        loadedBy = {
          docker = source;
          podman = source;
        };
      };
in
if pkgs ? dockerTools.buildOciDirectory then
  pkgs
else if builtins.compareVersions release oldestRelease < 0 then
  throw "nixpkgs ${release} is too old for nixgen, which supports ${oldestRelease} and newer: pass a newer one (--arg nixpkgs PATH), or use the package set debian"
else
  pkgs
  // {
    dockerTools = dockerTools // {
      inherit buildOciDirectory;

      # Before 22.11 copyToRoot was called contents.
      buildImage =
        given:
        let
          inherit (splitArguments dockerTools.buildImage given) annotations arguments;
          image = withAnnotations annotations (
            makeArchive dockerTools.buildImage (
              if takes dockerTools.buildImage "copyToRoot" then
                arguments
              else
                removeAttrs arguments [ "copyToRoot" ]
                // lib.optionalAttrs (arguments ? copyToRoot) { contents = arguments.copyToRoot; }
            )
          );
        in
        addForms annotations image image;

      buildLayeredImage =
        given:
        let
          split = splitArguments dockerTools.buildLayeredImage (withFiles given);
          inherit (split) annotations;
          arguments = {
            maxLayers = import ./mostLayers.nix;
          }
          // split.arguments;
          image = withAnnotations annotations (makeArchive dockerTools.buildLayeredImage arguments);
          stream = dockerTools.streamLayeredImage (
            removeAttrs arguments [
              "compressor"
              "meta"
            ]
          );
        in
        addForms annotations (image.stream or stream) image;

      pullImage =
        arguments:
        let
          image = withAuthFile (dockerTools.pullImage arguments);
        in
        addForms "" image image;
    };

    perp = pkgs.perp or (pkgs.callPackage ./nixpkgs/perp.nix { });
  }
