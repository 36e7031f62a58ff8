/**
  The services of an image as files: etc/perp/SERVICE/{rc.main,start,pre-start,command,ready} and
  etc/perp/{.stop-order,.users}. What is no valid shell fails the build.

  # Inputs

  `name`
  : the image's name

  `services`
  : services with all their attributes, as `checks.checkServices` gives them

  `users`
  : numbers of users by their names

  `variables`
  : those of the image, NAME=VALUE each

  `workingDir`
  : the folder in which services start

  # Output

  A derivation. Its attribute `references` lists the store paths that the services refer to, one
  string each, so that each can have a layer of its own.
*/
{
  perp,
  pkgs,
  reference,
  supervisor,
}:
{
  name,
  services,
  users ? { },
  variables,
  workingDir,
}:
let
  inherit (pkgs) lib;
  inherit (supervisor) shell;
  scripts = supervisor.folder;

  toFiles =
    service:
    let
      folder = "etc/perp/${service.name}";
      arguments = {
        inherit service shell;
        supervisor = scripts;
      };
      inImage = arguments // {
        inherit variables workingDir;
      };
    in
    [
      {
        name = "${folder}/rc.main";
        text = perp.toRcMain (arguments // { inherit services; });
      }
      {
        name = "${folder}/start";
        text = perp.toStart inImage;
      }
    ]
    ++ lib.optional (service.ready != null) {
      name = "${folder}/ready";
      text = perp.toReady inImage;
    }
    ++ lib.optional (service.preStartScript != "") {
      name = "${folder}/pre-start";
      text = service.preStartScript;
    }
    ++ lib.optional (perp.hasCommandFile service) {
      name = "${folder}/command";
      text = service.command;
    };

  files = lib.concatMap toFiles services ++ [
    {
      name = "etc/perp/.stop-order";
      text = perp.toStopOrder services;
    }
    {
      name = "etc/perp/.users";
      text = perp.toUsers users services;
    }
  ];

  # Commands that are part of `start` and `ready`, where they are in quotes.
  quoted = lib.concatMap (
    service:
    lib.optional (!lib.isList service.command && !perp.hasCommandFile service) {
      name = "etc/perp/${service.name}/command";
      text = service.command;
    }
    ++ lib.optional (!lib.isList (readyCommandOf service)) {
      name = "etc/perp/${service.name}/ready.command";
      text = readyCommandOf service;
    }
  ) services;

  readyCommandOf = service: if service.ready == null then [ ] else service.ready.command or [ ];

  texts = lib.listToAttrs (
    lib.imap0 (index: file: lib.nameValuePair "text${toString index}" file.text) (files ++ quoted)
  );

  toText =
    service:
    toString (
      lib.toList service.command
      ++ lib.toList (readyCommandOf service)
      ++ builtins.attrValues service.environment
      ++ [
        service.preStartScript
        service.environmentFile
        service.chdir
      ]
    );
in
pkgs.runCommand "${builtins.replaceStrings [ "/" ] [ "-" ] name}-services" (
  texts
  // {
    files = map (file: file.name) files;
    inherit shell;
    quoted = map (file: file.name) quoted;
    passAsFile = builtins.attrNames texts;
    passthru.references = reference.toReferences (lib.concatMapStringsSep "\n" toText services);
  }
) (builtins.readFile ./buildServiceFolder.sh)
