/**
  An image with several services, which perpd looks after.

  # Inputs

  `name`
  : the name of the image's repository, such as "gremlin/server"

  `services`
  : a list of sets, each with `name`, `command` (a shell line, or a list of a program and its
    arguments), and perhaps `preStartScript`, `user` ("nobody" by default), `writable` (folders),
    `environment` (values by the names of variables), `environmentFile`, `chdir`, `oneShot`, `after`
    (names of services), `ready` (what tells that it is ready), `onUnready` ("wait" or "restart"),
    `onFailure` ("restart" or "exit"), `maxFailures`, `maxRestartDelay`, `stopSignal`,
    `stopTimeout`, `fluentd`, and for a oneshot `timeLimit` and `schedule`

  `fromImage`
  : the parent image; `dockerImages.pulled.kubernetesBaseImage` by default, where there is one, else
    `baseImage`; null for none

  `environment`
  : values of variables by their names, joined with `config.Env`

  `config`, `labels`
  : the image's configuration as in the OCI image specification, joined with what perp needs

  `annotations`
  : those of the image's manifest, strings by name, such as
    { "org.opencontainers.image.licenses" = "MIT"; }

  `files`
  : files and texts by their paths, as `buildLayeredImage` has them

  `users`
  : numbers of users by their names, for services and files

  `contents`, `extraCommands`, `fakeRootCommands`, `created`, `maxLayers`
  : as in nixpkgs' dockerTools

  `runAsRoot`
  : shell commands that build the image's files as root; such an image has one layer

  `tag`
  : the image's tag; null for a hash of the image

  `healthCheck`
  : null to ask perp about each service; a set in the place of that; false for none

  `stopGracePeriod`
  : how many seconds services may take to stop before they are killed

  `optional`
  : whether `leaveOut` may leave the image out

  `fluentd`
  : what fluentd sends on: { outputs }; by default it forwards to fluentd.localdomain

  # Output

  What dockerTools gives, with `imageName`, `imageTag`, `services` (with all their attributes),
  `fluentdConf`, `optional` and `outputSha`.
*/
{
  addFluentd,
  baseImage,
  buildLayeredImage,
  buildServiceFolder,
  checks,
  dockerImages,
  perp,
  pkgs,
  reference,
  supervisor,
}:
calledAs:
let
  build =
    given:
    let
      inherit (pkgs) lib;

      checked = checks.checkImage calledAs given;

      fromImage = given.fromImage or dockerImages.pulled.kubernetesBaseImage or baseImage;

      withFluentd = addFluentd {
        inherit (checked) fluentd name services;
        context = "lib.${calledAs}: image ${builtins.toJSON checked.name}: ";
      };

      serviceFolder = buildServiceFolder {
        inherit (checked) name;
        inherit (withFluentd) services;
        inherit (checked) users;
        variables = imageConfig.Env;
        workingDir = checked.config.WorkingDir or "/";
        inherit (checked) contents;
        listingsOf =
          if parentListings == null then
            null
          else
            references:
            parentListings {
              inherit fromImage;
              contents = checked.contents ++ references;
            };
        isComplete =
          checked.extraCommands == ""
          && checked.fakeRootCommands == ""
          && checked.runAsRoot == null
          && lib.all isNoProgram (builtins.attrNames files);
      };

      parentListings = pkgs.dockerTools.parentListings or null;

      # By its place in the image: no file in a folder of PATH, and no folder above one.
      isNoProgram =
        target: builtins.match "/*|/+usr/*|/+usr/+local/*|.*/s?bin(/.*)?" target == null;

      imageConfig = perp.makeImageConfig {
        inherit (checked)
          config
          environment
          healthCheck
          labels
          stopGracePeriod
          ;
        inherit serviceFolder;
        inherit (withFluentd) services;
        supervisor = supervisor.folder;
      };

      arguments = {
        inherit (checked)
          annotations
          created
          extraCommands
          name
          tag
          ;
        inherit fromImage;
        config = imageConfig;
      };

      files = builtins.foldl' (all: service: all // service.files) checked.files checked.services;

      # The first service that names a folder owns it: of one name, listToAttrs takes the first.
      writable = lib.listToAttrs (
        lib.concatMap (
          service: map (folder: lib.nameValuePair folder service.user) service.writable
        ) checked.services
      );

      allContents = [ supervisor ] ++ checked.contents ++ [ serviceFolder ];

      image =
        if checked.runAsRoot == null then
          buildLayeredImage (
            arguments
            // {
              contents = allContents;
              inherit files;
            }
            // lib.optionalAttrs (checked.users != { }) { inherit (checked) users; }
            // lib.optionalAttrs (writable != { }) { inherit writable; }
            // lib.optionalAttrs (checked.fakeRootCommands != "") { inherit (checked) fakeRootCommands; }
            // lib.optionalAttrs (checked.maxLayers != null) { inherit (checked) maxLayers; }
          )
        else
          pkgs.dockerTools.buildImage (
            arguments
            // {
              inherit (checked) runAsRoot;
              copyToRoot = allContents;
            }
          );
    in
    image
    // {
      fluentdConf = withFluentd.conf;
      outputSha = reference.toOutputSha image;
      inherit (checked) optional services;
    };
in
build
