/**
  What the image library refuses: the same that the Python definitions refuse, since people also
  call the library by hand.
*/
let
  inherit (import ./config.nix)
    config
    healthCheck
    labels
    time
    ;
  names = import ./names.nix;
  order = import ./order.nix;
  types = import ./types.nix;

  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    filter
    head
    isAttrs
    mapAttrs
    ;
  inherit (types) firstUnmet optional;

  mostServices = 200; # perpd(8) looks after no more

  show =
    value:
    if builtins.isString value then
      builtins.toJSON (builtins.unsafeDiscardStringContext value)
    else if builtins.isList value then
      "[ ${concatStringsSep " " (map show value)} ]"
    else if isAttrs value then
      "a set"
    else if builtins.isFunction value then
      "a function"
    else if isNull value then
      "null"
    else if builtins.isBool value then
      (if value then "true" else "false")
    else
      toString value;

  refuse =
    where: argument: expected: given:
    throw "${where}: ${argument}: expected ${expected}, got ${show given}";

  # Check the arguments that have a rule, and give all of them.
  checkArguments =
    where: rules: arguments:
    builtins.seq (builtins.deepSeq (mapAttrs (
      argument: rule:
      let
        unmet = rule arguments.${argument};
      in
      if unmet == null then
        true
      else if isAttrs unmet then
        refuse where "${argument}${unmet.path}" unmet.expected unmet.given
      else
        refuse where argument unmet arguments.${argument}
    ) rules) true) arguments;

  serviceRules = {
    after = types.list;
    chdir = optional types.absolutePath;
    command = types.command;
    environmentFile = optional types.absolutePath;
    fluentd = optional types.set;
    maxFailures = types.wholeNumber 1;
    name = firstUnmet [
      types.string
      names.unmetServiceNameRule
    ];
    onFailure = types.oneOf [
      "restart"
      "exit"
    ];
    oneShot = types.bool;
    preStartScript = types.string;
    user = types.oneOf [
      "nobody"
      "root"
    ];
  };

  imageRules = {
    annotations = labels;
    config =
      withoutNames
        [
          "Cmd"
          "Entrypoint"
        ]
        "nothing there: the supervisor is started, and starts the command (`command`); dockerTools.buildLayeredImage makes images without it"
        (firstUnmet [
          config
          stopSignal
        ]);
    contents = types.listOf types.storePath;
    created = time;
    extraCommands = types.string;
    healthCheck = value: if builtins.isBool value then null else optional healthCheck value;
    inherit labels;
    name = firstUnmet [
      types.string
      names.unmetImageNameRule
    ];
    runAsRoot = optional types.string;
    services = types.list;
    stopGracePeriod = types.wholeNumberTo 1 3600;
    tag = optional (firstUnmet [
      types.string
      names.unmetImageTagRule
    ]);
  };

  stopSignals = [
    "SIGTERM"
    "SIGINT"
    "SIGQUIT"
  ];

  stopSignal =
    config:
    if isNull (config.StopSignal or null) || elem config.StopSignal stopSignals then
      null
    else
      {
        path = ".StopSignal";
        expected = "${concatStringsSep " or " stopSignals}, for which the supervisor stops its services";
        given = config.StopSignal;
      };

  # The rule, for sets without the names.
  withoutNames =
    forbidden: expected: rule: value:
    let
      found = filter (name: elem name forbidden) (attrNames value);
    in
    if isAttrs value && found != [ ] then
      {
        inherit expected;
        path = ".${head found}";
        given = value.${head found};
      }
    else
      rule value;

  # What is null in the configuration is as good as not there.
  withoutNullConfig =
    arguments:
    arguments
    // {
      config = removeAttrs arguments.config (
        filter (name: isNull arguments.config.${name}) (attrNames arguments.config)
      );
    };

  # A oneshot is not tried again, so one failure is all there can be in a row.
  withDefaults =
    service:
    {
      after = [ ];
      beforeStart = [ ];
      chdir = null;
      environmentFile = null;
      fluentd = null;
      maxFailures = if service.oneShot or false == true then 1 else 5;
      onFailure = "restart";
      oneShot = false;
      preStartScript = "";
      stopsBefore = [ ];
      user = "nobody";
    }
    // service;

  withTexts =
    service:
    service
    // {
      chdir = mapNullable toText service.chdir;
      command =
        if builtins.isList service.command then map toText service.command else toText service.command;
      environmentFile = mapNullable toText service.environmentFile;
    };

  toText = value: "${value}";

  mapNullable = f: value: if isNull value then null else f value;

  checkOrder =
    where: services:
    let
      listed = map (service: service.name) services;
      repeated = order.findRepeated listed;
      after = builtins.listToAttrs (
        map (service: {
          inherit (service) name;
          value = service.after;
        }) services
      );
      unknown = service: filter (name: !elem name listed) service.after;
      wrong = filter (service: unknown service != [ ]) services;
      cycle = order.findCycle after;
    in
    if repeated != [ ] then
      throw "${where}: services: two have the name ${show (head repeated)}: give each a name of its own"
    else if wrong != [ ] then
      refuse "${where}, service ${show (head wrong).name}" "after"
        "names of services of this image (${concatStringsSep ", " listed})"
        (head (unknown (head wrong)))
    else if cycle != [ ] then
      throw "${where}: services: expected an order without a cycle, got ${concatStringsSep " after " cycle}"
    else
      services;
in
{
  inherit names;

  /**
    The rule for the configuration of an image without a supervisor: null when it is kept, else what
    was expected.
  */
  inherit (import ./config.nix) imageConfig;

  /**
    A value as Nix writes it, as far as it can be shown.

    # Type

        show :: Any -> String
  */
  inherit show;

  /**
    Check that names are used once, that all in `after` are known, and that none waits for itself.

    `where` begins messages.

    # Type

        checkOrder :: String -> [Service] -> [Service]
  */
  inherit checkOrder;

  /**
    The service with all its attributes. The caller of the library cannot set two of them:
    `beforeStart`, shell lines for rc.main, and `stopsBefore`, names of services that stop later.

    # Type

        withDefaults :: Service -> Service
  */
  inherit withDefaults;

  /**
    Check what an image is made with.

    `function` is the name of the function that was called, for messages, `formals` are the names
    that the one of images with several services knows, `given` is what it was called with, and
    `arguments` the same with defaults.

    # Type

        checkImage :: String -> { name -> Bool } -> Arguments -> Arguments -> Arguments
  */
  checkImage =
    function: formals: given: arguments:
    let
      where = "lib.${function}: image ${show arguments.name}";
      allowed =
        if function == "buildImageWithPerp" then
          removeAttrs (formals // serviceRules) [
            "after"
            "services"
          ]
        else
          removeAttrs formals [ "command" ];
      unknown = attrNames (removeAttrs given (attrNames formals));
    in
    if unknown != [ ] then
      throw "${where}: ${head unknown}: there is no such argument; there are ${concatStringsSep ", " (attrNames allowed)}"
    else
      withoutNullConfig (checkArguments where imageRules arguments);

  /**
    Check the services of an image, and give them with all their attributes.

    # Type

        checkServices :: String -> String -> [Service] -> [Service]
  */
  checkServices =
    function: image: services:
    let
      where = "lib.${function}: image ${show image}";
      checkService =
        service:
        let
          unknown = filter (name: !serviceRules ? ${name}) (attrNames service);
          missing = filter (name: !service ? ${name}) [
            "name"
            "command"
          ];
          itself = "${where}, service ${show (service.name or null)}";
        in
        if !isAttrs service then
          refuse where "services" "sets, one for each service" service
        else if missing != [ ] then
          throw "${itself}: ${head missing}: it is not there, and every service needs it"
        else if unknown != [ ] then
          throw "${itself}: ${head unknown}: there is no such argument; a service has ${concatStringsSep ", " (attrNames serviceRules)}"
        else
          withTexts (checkArguments itself serviceRules (withDefaults service));
    in
    if services == [ ] then
      throw "${where}: services: expected at least one service, got none"
    else if builtins.length services > mostServices then
      throw "${where}: services: expected at most ${toString mostServices} services, which is what perpd looks after, got ${toString (builtins.length services)}"
    else
      checkOrder where (map checkService services);
}
