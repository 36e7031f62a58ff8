/**
  What the image library refuses: the same that the Python definitions refuse, by the same table of
  rules, since people also call the library by hand.
*/
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isList
    length
    replaceStrings
    ;

  primitives = import ./primitives.nix;
  message = import ./message.nix;
  order = import ./order.nix;
  show = import ./show.nix;

  inherit (primitives)
    firstOf
    fluentd
    isService
    problem
    table
    words
    ;

  imageChecks = primitives.checksOf "image";
  serviceChecks = primitives.checksOf "service";

  defaultsOf =
    section:
    let
      rules = primitives.rulesOf section;
      named = filter (name: rules.${name} ? default) (attrNames rules);
    in
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = rules.${name}.default;
      }) named
    );
  imageDefaults = defaultsOf "image";
  serviceDefaults = defaultsOf "service" // {
    beforeStart = [ ];
    stopsBefore = [ ];
  };

  # The first argument, in the order of their names, that breaks its rule.
  problemOfArguments =
    checks: arguments:
    firstOf (
      map (name: primitives.within name (checks.${name} arguments.${name})) (
        filter (name: arguments ? ${name}) (attrNames checks)
      )
    );

  problemOfService =
    checks: service:
    let
      found = firstOf [
        (problemOfArguments checks service)
        (problemOfKind service)
        (problemOfReady service)
      ];
    in
    if found == null then null else found // { service = service.name or null; };

  # A one-shot has an end, another service is up.
  problemOfKind =
    service:
    let
      isSet = name: service.${name} != serviceDefaults.${name};
      ofOthers = if service.oneShot then table.kinds.service else table.kinds.oneShot;
      wrong = filter isSet ofOthers;
      name = head wrong;
    in
    if wrong == [ ] then
      null
    else
      together (if service.oneShot then "onlyService" else "onlyOneShot") name service.${name};

  problemOfReady =
    service:
    let
      given = withoutNull service.ready;
      kinds = filter (name: given ? ${name}) [
        "command"
        "port"
        "file"
      ];
    in
    if service.ready == null then
      if service.onUnready == "wait" then
        null
      else
        together "unreadyWithoutReady" "onUnready" service.onUnready
    else if length kinds == 1 && (given ? http -> given ? port) then
      null
    else
      together "readyOfOneKind" "ready" (attrNames given);

  # What is wrong where several arguments meet.
  together =
    sentence: path: given:
    let
      said = table.sentences.${sentence};
    in
    problem path (words said.expected) given
    // {
      remedy = if said ? remedy then words said.remedy else null;
    };

  firstIndex =
    test: list:
    let
      found = filter (index: test (elemAt list index)) (genList (index: index) (length list));
    in
    if found == [ ] then null else head found;

  problemOfNames =
    names:
    let
      isRepeated = index: elem (elemAt names index) (genList (elemAt names) index);
      repeated = filter isRepeated (genList (index: index) (length names));
      path = "services[${toString (head repeated)}].name";
    in
    if length (attrNames (builtins.groupBy (name: name) names)) == length names then
      null
    else
      together "repeated" path (elemAt names (head repeated));

  problemOfAfter =
    names: service:
    let
      known = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) names
      );
      index = firstIndex (name: !known ? ${name}) service.after;
      found = together "after" "after[${toString index}]" (elemAt service.after index);
    in
    if index == null then
      null
    else
      found
      // {
        service = service.name;
        expected = replaceStrings [ "{names}" ] [ (concatStringsSep ", " names) ] found.expected;
      };

  problemOfCycle =
    services:
    let
      cycle = order.findCycle (
        builtins.listToAttrs (
          map (service: {
            inherit (service) name;
            value = service.after;
          }) services
        )
      );
    in
    if cycle == [ ] then
      null
    else
      together "cycle" "services" null // { said = concatStringsSep " after " cycle; };

  # Services that fluentd brings along have names that are taken.
  problemOfFluentdNames =
    pathOf: services:
    let
      pluginOf =
        service:
        if service.fluentd == null then
          null
        else
          fluentd.pluginOf (noNull (service.fluentd.source or null));
      isCaptured = service: pluginOf service == "stdout";
      taken = [ "fluentd" ] ++ map (service: "${service.name}-log") (filter isCaptured services);
      index = firstIndex (service: elem service.name taken) services;
    in
    if builtins.all (service: pluginOf service == null) services || index == null then
      null
    else
      together "fluentdService" (pathOf index) (elemAt services index).name;

  noNull = set: if set == null then { } else set;

  # The service of an image of one command has the last part of the image's name, which is checked.
  isOneCommand = function: function == "buildImageWithPerp";

  problemOfServices =
    function: services:
    let
      checks = if isOneCommand function then removeAttrs serviceChecks [ "name" ] else serviceChecks;
      pathOf = index: if isOneCommand function then "name" else "services[${toString index}].name";
      names = map (service: service.name) services;
    in
    {
      each = firstOf (map (problemOfService checks) (filter isService services));
      together = firstOf (
        [ (problemOfNames names) ]
        ++ map (problemOfAfter names) services
        ++ [
          (problemOfCycle services)
          (problemOfFluentdNames pathOf services)
        ]
      );
    };

  problemOfFiles =
    users: files:
    let
      isOfOneKind = file: ((file.source or null) == null) != ((file.text or null) == null);
      ownersOf =
        file: filter builtins.isString (builtins.split ":" (toString (file.owner or "root")));
      isKnown = name: isUser users name || builtins.match "[0-9]+" name != null;
      ofNobody = filter (target: !builtins.all isKnown (ownersOf (withoutNull files.${target}))) (
        attrNames files
      );
      wrong = filter (target: !isOfOneKind files.${target}) (attrNames files);
    in
    if wrong != [ ] then
      together "fileOfOneKind" (primitives.below "files" (head wrong)) files.${head wrong}
    else if ofNobody != [ ] then
      together "fileOwner" "${primitives.below "files" (head ofNobody)}.owner"
        files.${head ofNobody}.owner
    else
      null;

  problemOfAllFiles =
    arguments: services:
    let
      inherit (arguments) users;
      ofService =
        service:
        let
          found = problemOfFiles users service.files;
        in
        if found == null then null else found // { service = service.name; };
      placed = step: index: foldl' step arguments.files (genList (elemAt services) index);
      before = placed (files: service: files // service.files);
      twice =
        index:
        let
          service = elemAt services index;
          targets = filter (target: before index ? ${target}) (attrNames service.files);
          target = head targets;
        in
        if targets == [ ] then
          null
        else
          together "placedTwice" (primitives.below "files" target) target // { service = service.name; };
    in
    firstOf (
      [ (problemOfFiles users arguments.files) ]
      ++ map ofService services
      ++ genList twice (length services)
    );

  isUser = users: name: name == "root" || name == "nobody" || users ? ${name};

  # Commands as root make the only layer of an image.
  problemOfRoot =
    arguments: services:
    let
      refuse = together "bothFilesAndRoot";
      placing = filter (service: service.files != { }) services;
      writing = filter (service: service.writable != [ ]) services;
    in
    if arguments.runAsRoot == null then
      null
    else if arguments.files != { } then
      refuse "files" (attrNames arguments.files)
    else if placing != [ ] then
      refuse "files" (attrNames (head placing).files) // { service = (head placing).name; }
    else if arguments.fakeRootCommands != "" then
      refuse "fakeRootCommands" arguments.fakeRootCommands
    else if writing != [ ] then
      refuse "writable" (head writing).writable // { service = (head writing).name; }
    else
      null;

  problemOfUsers =
    arguments: services:
    let
      inherit (arguments) users;
      isUnknown =
        service:
        !isUser users service.user
        && arguments.fromImage == null
        && arguments.contents == [ ]
        && !holdsPackage service.command;
      firstOfServices =
        test: sentence: path:
        let
          wrong = filter test services;
          service = head wrong;
        in
        if wrong == [ ] then
          null
        else
          together sentence path service.user // { service = service.name; };
    in
    if users ? root then
      together "rootOfUsers" "users.root" users.root
    else
      firstOf [
        (firstOfServices isUnknown "unknownUser" "user")
        (firstOfServices (
          service: service.writable != [ ] && !isUser users service.user
        ) "writableOfUnknown" "writable")
      ];

  # Whether a package is part of the command: it may bring users along.
  holdsPackage =
    command:
    builtins.any (part: !builtins.isString part || builtins.hasContext part) (
      if isList command then command else [ command ]
    );

  problemOf =
    function: arguments:
    let
      services = if isList arguments.services then map withDefaults arguments.services else [ ];
      found = problemOfServices function services;
    in
    firstOf [
      found.each
      (problemOfArguments imageChecks arguments)
      (problemOfAllFiles arguments services)
      (problemOfRoot arguments services)
      (problemOfUsers arguments services)
      found.together
      (problemOfLabels services arguments.fluentd)
    ];

  # Where something is sent to a label that the image does not have.
  problemOfLabels =
    services: asked:
    let
      labels = [ "@ROOT" ] ++ attrNames (noNull ((noNull asked).labels or null));
      usesOf =
        service:
        map (use: use // { inherit service; }) (
          fluentd.usesOfParts "fluentd" (noNull service.fluentd)
        );
      uses = builtins.concatMap usesOf (services ++ [ { fluentd = asked; } ]);
      unknown = filter (use: !elem use.name labels) uses;
      use = head unknown;
      found = together "fluentdLabelUsed" use.path use.name;
    in
    if unknown == [ ] then
      null
    else
      found
      // {
        service = use.service.name or null;
        expected = replaceStrings [ "{labels}" ] [ (concatStringsSep ", " labels) ] found.expected;
      };

  withDefaults = service: if isAttrs service then serviceDefaults // service else service;

  # What the caller misspelt or left out.
  refuseNames =
    function: where: given:
    let
      known = {
        image = attrNames imageChecks;
        service = attrNames serviceChecks;
      };
      ofOneCommand = filter (name: !elem name [
        "after"
        "services"
      ]) (attrNames (imageChecks // serviceChecks));
      allowed = if isOneCommand function then ofOneCommand else known.image;
      unknown = filter (name: !elem name allowed && name != "command" && name != "services") (
        attrNames given
      );
      services = if isList given.services then given.services else [ ];
      refuseService =
        service:
        let
          itself = "${where}, service ${show (service.name or null)}";
          missing = filter (name: !service ? ${name}) [
            "name"
            "command"
          ];
          other = filter (name: !elem name known.service) (attrNames service);
        in
        if !isAttrs service then
          null
        else if missing != [ ] then
          throw "${itself}: ${head missing}: it is not there, and every service needs it"
        else if other != [ ] then
          throw "${itself}: ${head other}: there is no such argument; a service has ${concatStringsSep ", " known.service}"
        else
          null;
    in
    if unknown != [ ] then
      throw "${where}: ${head unknown}: there is no such argument; there are ${concatStringsSep ", " allowed}"
    else if given.services == [ ] then
      throw "${where}: services: expected at least one service, got none"
    else
      firstOf (map refuseService services);

  toText = value: if value == null then null else "${value}";

  toCommandText = command: if isList command then map toText command else toText command;

  # In seconds; the table of rules says them in words.
  readyDefaults = {
    interval = 1;
    timeout = 5;
  };

  withReadyTexts =
    given:
    let
      ready = withoutNull given;
    in
    ready
    // (if ready ? command then { command = toCommandText ready.command; } else { })
    // (if ready ? file then { file = toText ready.file; } else { });

  withTexts =
    service:
    service
    // {
      chdir = toText service.chdir;
      command = toCommandText service.command;
      environmentFile =
        let
          given = service.environmentFile;
        in
        toText (if isAttrs given then given.source or given else given);
      maxFailures =
        if service.maxFailures != null then
          service.maxFailures
        # Without a schedule a oneshot is not tried again: one failure is all there can be in a row.
        else if service.oneShot && service.schedule == null then
          1
        else
          5;
      environment = builtins.mapAttrs (_: toText) service.environment;
      writable = map toText service.writable;
      preStartScript = toText service.preStartScript;
      ready = if service.ready == null then null else readyDefaults // withReadyTexts service.ready;
    };

  withoutNullOf = builtins.mapAttrs (_: withoutNull);

  # What is null in the configuration is as good as not there.
  withoutNull = set: removeAttrs set (filter (name: isNull set.${name}) (attrNames set));
in
{
  /**
    What is wrong with the configuration of an image without a supervisor, or null. A variable
    without a value is one that engines know.

    # Type

        imageConfig :: value -> Problem or null
  */
  imageConfig = primitives.compile {
    extends = "imageConfig";
    expected = "{set}";
    keys.Env.list.is = "text";
  };

  /**
    A value as Nix writes it, as far as it can be shown.

    # Type

        show :: value -> String
  */
  inherit show;

  /**
    Check files that an image with these users is to have, and give them without what is null.
    `where` is how a message begins.

    # Type

        checkFiles :: String -> { name -> Int } -> Files -> Files
  */
  checkFiles =
    where: users: files:
    let
      found = firstOf [
        (primitives.within "files" (imageChecks.files files))
        (problemOfFiles users files)
      ];
    in
    if found != null then throw (message where found) else withoutNullOf files;

  /**
    What is wrong with an image's arguments, or null: { path, expected, given, remedy }, and the
    `service` whose argument it is.

    # Type

        problemOf :: String -> Arguments -> Problem or null
  */
  problemOf = function: given: problemOf function (imageDefaults // given);

  /**
    The arguments of a service that are also those of an image of one command.
  */
  ofOneCommand = removeAttrs serviceChecks ([ "after" ] ++ attrNames imageChecks);

  /**
    The unmet rule of a name of some kind: what was expected, or null.

    # Type

        unmetName :: String -> value -> String or null
  */
  unmetName =
    kind: name:
    let
      found = primitives.names.${kind} name;
    in
    if found == null then null else found.expected;

  /**
    The service with all its attributes. The caller of the library cannot set two of them:
    `beforeStart`, shell lines for rc.main, and `stopsBefore`, names of services that stop later.

    # Type

        withDefaults :: Service -> Service
  */
  withDefaults = service: withTexts (withDefaults service);

  /**
    Check what an image is made with, and give it with all defaults; its services have all their
    attributes.

    `function` is the name of the function that was called, for messages.

    # Type

        checkImage :: String -> Arguments -> Arguments
  */
  checkImage =
    function: given:
    let
      where = "lib.${function}: image ${show arguments.name}";
      arguments = imageDefaults // given;
      found = problemOf function arguments;
    in
    if refuseNames function where given != null then
      null
    else if found != null then
      throw (message where found)
    else
      arguments
      // {
        config = withoutNull arguments.config;
        environment = builtins.mapAttrs (_: toText) arguments.environment;
        created = if arguments.created == null then "1970-01-01T00:00:01Z" else arguments.created;
        extraCommands = toText arguments.extraCommands;
        fakeRootCommands = toText arguments.fakeRootCommands;
        runAsRoot = toText arguments.runAsRoot;
        services = map (service: withTexts (withDefaults service)) arguments.services;
      };
}
