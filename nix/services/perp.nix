/**
  The scripts that perpd runs, and what init is told: text from the data of services.

  What the scripts share is in services/supervisor/*.sh; in an image it lies in the folder
  `supervisor`. `shell` is the path of the shell that runs them. A service is a set with all the
  attributes that `checkImage` in nix/rules gives it.
*/
{ lib }:
let
  inherit (lib)
    concatMapStrings
    concatMapStringsSep
    escapeShellArg
    optionalString
    removePrefix
    ;

  # What is read in is elsewhere, and what is in single quotes is for others.
  directive = "# shellcheck disable=SC1090,SC1091,SC2016,SC2034";

  # In bytes: MAX_ARG_STRLEN in Linux, without the NUL at the end and what start.sh puts before it.
  longestArgument = 131000;

  isLong =
    command: !builtins.isList command && builtins.stringLength command > longestArgument;
  hasCommandFile = service: isLong service.command;

  # A program by its path, and arguments in which nothing means anything to a shell: it needs none.
  isPlain =
    command:
    builtins.stringLength command < 1000
    && builtins.match "(exec )?/[A-Za-z0-9_/.:@%+,-]+( +[A-Za-z0-9_/.:@%+,=-]+)* *" command != null;

  toPair =
    variable:
    let
      name = builtins.head (builtins.split "=" variable);
    in
    {
      inherit name;
      value = builtins.substring (builtins.stringLength name + 1) (-1) variable;
    };

  toKind = service: if service.oneShot then "oneshot" else "service";

  # What rc.sh reads, where it is not as usual.
  toSettings =
    service:
    lib.optionalAttrs (service.onFailure == "exit") { max_failures = service.maxFailures; }
    // lib.optionalAttrs (service.ready != null) {
      ready_interval = service.ready.interval;
      ready_timeout = service.ready.timeout;
    }
    // lib.optionalAttrs (service.onUnready != "wait") { on_unready = service.onUnready; }
    // lib.optionalAttrs (service.maxRestartDelay > 1) {
      max_restart_delay = service.maxRestartDelay;
    }
    // lib.optionalAttrs (service.schedule != null) { schedule = "'${service.schedule}'"; }
    // lib.optionalAttrs (service.stopSignal != "SIGTERM") {
      stop_signal = removePrefix "SIG" service.stopSignal;
    }
    // lib.optionalAttrs (service.stopTimeout != null) { stop_timeout = service.stopTimeout; }
    // lib.optionalAttrs (service.timeLimit != null) { time_limit = service.timeLimit; };

  # The command that succeeds when the service is ready.
  toReadyCommand =
    supervisor: ready:
    let
      probe = "${supervisor}/probe";
    in
    ready.command or (
      if ready ? file then
        [
          probe
          "file"
          ready.file
        ]
      else
        [
          probe
          "port"
          (toString ready.port)
        ]
        ++ lib.optional (ready ? http) ready.http
    );

  # A script that becomes a command, with all that the service's own command has.
  toScript =
    {
      shell,
      supervisor,
      service,
      variables,
      workingDir,
    }:
    {
      purpose,
      command,
      preStartScript,
    }:
    let
      # The last one of a name counts, as for env(1).
      ofImage = builtins.listToAttrs (map toPair (lib.reverseList variables));

      toSet =
        name:
        "perp_set ${escapeShellArg name} ${escapeShellArg service.environment.${name}}"
        + optionalString (ofImage ? ${name}) " ${escapeShellArg ofImage.${name}}"
        + "\n";

      toLine =
        if builtins.isList command then
          "perp_run ${concatMapStringsSep " " escapeShellArg command}"
        else if isLong command then
          "perp_run_shell '. \"$0\"' \"$PERP_BASE/${service.name}/command\""
        else if isPlain command then
          "perp_run ${removePrefix "exec " command}"
        else
          "perp_run_shell ${escapeShellArg command}";
    in
    ''
      #!${shell}
      ${directive}
      # ${purpose}
      set -e
      . ${supervisor}/start.sh
      cd -- ${escapeShellArg workingDir}
    ''
    + concatMapStrings toSet (builtins.attrNames service.environment)
    + optionalString (preStartScript != "") ''
      perp_export_variables
      . "$PERP_BASE/${service.name}/pre-start"
    ''
    + optionalString (service.chdir != null) ''
      cd -- ${escapeShellArg service.chdir}
    ''
    + optionalString (service.environmentFile != null) ''
      perp_read_environment_file ${service.name} ${escapeShellArg service.environmentFile} || exit 111
    ''
    + ''
      ${toLine}
    '';
in
{
  /**
    Whether the command is too long for an argument of the shell, so that `start` expects it in the
    file `command` beside it. Otherwise there is no such file: a shell becomes the last command of
    an argument, but waits for that of a file.

    # Type

        hasCommandFile :: Service -> Bool
  */
  inherit hasCommandFile;

  /**
    The script rc.main of a service; perpd(8) says how it is called.

    # Type

        toRcMain :: { shell, supervisor, services, service } -> String
  */
  toRcMain =
    {
      shell,
      supervisor,
      services,
      service,
    }:
    let
      kind = toKind service;
      kinds = builtins.listToAttrs (
        map (other: {
          inherit (other) name;
          value = if other.ready == null then toKind other else "ready";
        }) services
      );
      settings = toSettings service;
    in
    ''
      #!${shell}
      ${directive}
      # The ${kind} ${service.name}. perpd(8) calls this with "start" to start it and with "reset"
      # when it has ended; "check" says whether it is as it should be.
      service=${service.name}
    ''
    + concatMapStrings (name: "${name}=${toString settings.${name}}\n") (builtins.attrNames settings)
    + ''
      . ${supervisor}/rc.sh

      case $1 in
        start)
    ''
    + concatMapStrings (name: "    wait_for_${kinds.${name}} ${name}\n") service.after
    + concatMapStrings (line: "    ${line}\n") service.beforeStart
    + optionalString (service.schedule != null) "    wait_for_schedule\n"
    + optionalString (service.maxRestartDelay > 1) "    hold_back\n"
    + "    start_as ${service.user}\n    ;;\n"
    + "  reset) ${kind}_ended \"$@\" ;;\n"
    + "  check) check_${kind} ;;\n"
    + optionalString (settings ? ready_timeout || settings ? time_limit) "  watch) watch_${kind} \"$2\" ;;\n"
    + "esac\n";

  /**
    The script that becomes the service's command.

    # Type

        toStart :: { shell, supervisor, service, variables, workingDir } -> String
  */
  toStart =
    arguments@{ service, ... }:
    toScript arguments {
      purpose = "The ${toKind service} ${service.name}, as its user ${service.user} runs it.";
      inherit (service) command preStartScript;
    };

  /**
    The script that becomes the command which tells whether the service is ready.

    # Type

        toReady :: { shell, supervisor, service, variables, workingDir } -> String
  */
  toReady =
    arguments@{ service, supervisor, ... }:
    toScript arguments {
      purpose = "Succeeds when the service ${service.name} is ready; its user runs it.";
      command = toReadyCommand supervisor service.ready;
      preStartScript = "";
    };

  /**
    The users of the services, one a line, with the numbers of those that are given.

    # Type

        toUsers :: { name -> Int } -> [Service] -> String
  */
  toUsers =
    users: services:
    concatMapStrings (user: user + optionalString (users ? ${user}) " ${toString users.${user}}" + "\n") (
      builtins.attrNames (builtins.groupBy (service: service.user) services)
    );

  /**
    The names of the services to stop, on each line those that stop at once, and each service after
    all those that have it in their `after` or `stopsBefore`.

    # Type

        toStopOrder :: [Service] -> String

    # Example

        toStopOrder [
          { name = "a"; after = [ ]; stopsBefore = [ ]; }
          { name = "b"; after = [ "a" ]; stopsBefore = [ ]; }
        ]
        => "b\na\n"
  */
  toStopOrder =
    services:
    let
      ranks = builtins.listToAttrs (
        map (service: {
          inherit (service) name;
          value = builtins.foldl' (
            rank: other: if ranks.${other} < rank then rank else ranks.${other} + 1
          ) 0 (service.after ++ service.stopsBefore);
        }) services
      );
      highest = builtins.foldl' (a: b: if a < b then b else a) 0 (builtins.attrValues ranks);
      toLine =
        rank:
        concatMapStringsSep " " (service: service.name) (
          builtins.filter (service: ranks.${service.name} == rank) services
        )
        + "\n";
    in
    concatMapStrings toLine (builtins.genList (index: highest - index) (highest + 1));

  /**
    The configuration of an image: what perp needs, with the caller's `config` over it. Variables
    and labels are joined.

    # Type

        makeImageConfig ::
          { supervisor, serviceFolder, services, stopGracePeriod, healthCheck, labels, config,
            environment }
          -> ImageConfig
  */
  makeImageConfig =
    {
      supervisor,
      serviceFolder,
      services ? [ ],
      stopGracePeriod,
      healthCheck,
      labels,
      config,
      environment,
    }:
    let
      second = 1000000000;
      askPerp = {
        Test = [
          "CMD"
          "${supervisor}/health"
          "${serviceFolder}"
        ];
        # Who asks before all are ready asks again soon.
        Interval = (if builtins.any (service: service.ready != null) services then 5 else 30) * second;
        Timeout = 10 * second;
        StartPeriod = 60 * second;
        Retries = 3;
      };
      allLabels = labels // config.Labels or { };
      isOther = variable: !environment ? ${(toPair variable).name};
    in
    {
      Cmd = [
        "${supervisor}/init"
        (toString stopGracePeriod)
        "${serviceFolder}"
      ];
      Healthcheck =
        if healthCheck == false then
          { Test = [ "NONE" ]; }
        else if builtins.isAttrs healthCheck then
          healthCheck
        else
          askPerp;
    }
    // config
    // {
      Env = [
        "PERP_BASE=/etc/perp"
      ]
      ++ builtins.filter isOther (config.Env or [ ])
      ++ map (name: "${name}=${environment.${name}}") (builtins.attrNames environment);
    }
    // lib.optionalAttrs (allLabels != { }) { Labels = allLabels; };
}
