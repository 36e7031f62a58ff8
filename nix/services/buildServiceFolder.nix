/**
  The services of an image as files: etc/perp/SERVICE/{rc.main,start,pre-start,command,ready} and
  etc/perp/{.stop-order,.users}. What is no valid shell fails the build, and so does a
  command whose program cannot be there.

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

  `contents`
  : packages whose files lie at the image's root

  `listingsOf`
  : a function that gives, for the store paths that the services refer to, the files that list what
    is in the parent image (dockerTools.parentListings); null where that is not known

  `isComplete`
  : whether nothing else puts programs into the image, so that one that is in none of these is
    refused

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
  contents ? [ ],
  listingsOf ? null,
  isComplete ? false,
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

  references = reference.toReferences (lib.concatMapStringsSep "\n" toText services);

  ofImage = lib.filter (variable: lib.hasPrefix "PATH=" variable) variables;
  pathOf =
    service:
    service.environment.PATH
      or (if ofImage == [ ] then "" else lib.removePrefix "PATH=" (lib.last ofImage));

  # What may be known of a service's programs: a script and a file may change PATH, and make programs.
  toFacts =
    service:
    let
      isKnown =
        isComplete
        && listingsOf != null
        && service.preStartScript == ""
        && service.environmentFile == null
        && builtins.match "[^ \t\n]*" (pathOf service) != null;
    in
    "${service.name} ${if isKnown then "known ${pathOf service}" else "-"}\n";

  toListed =
    argument: service: command:
    lib.optionalString (
      lib.isList command && command != [ ] && builtins.match "[A-Za-z0-9_/.:@%+,-]+" (lib.head command) != null
    ) "${service.name} ${argument} ${lib.head command}\n";

  forChecks = {
    facts = lib.concatMapStrings toFacts services;
    lists = lib.concatMapStrings (
      service:
      toListed "command" service service.command
      + toListed "ready.command" service (readyCommandOf service)
    ) services;
  };
in
pkgs.runCommand "${builtins.replaceStrings [ "/" ] [ "-" ] name}-services" (
  texts
  // forChecks
  // {
    contents = map (path: "${path}") contents;
    listings = if listingsOf == null then [ ] else listingsOf references;
    files = map (file: file.name) files;
    inherit shell;
    quoted = map (file: file.name) quoted;
    passAsFile = builtins.attrNames (texts // forChecks);
    passthru = { inherit references; };
  }
) (builtins.readFile ./checkPrograms.sh + builtins.readFile ./buildServiceFolder.sh)
