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

  hasCommandFile =
    service:
    !builtins.isList service.command && builtins.stringLength service.command > longestArgument;

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
          value = toKind other;
        }) services
      );
    in
    ''
      #!${shell}
      ${directive}
      # The ${kind} ${service.name}. perpd(8) calls this with "start" to start it and with "reset"
      # when it has ended; "check" says whether it is as it should be.
      service=${service.name}
    ''
    + optionalString (service.onFailure == "exit") ''
      max_failures=${toString service.maxFailures}
    ''
    + ''
      . ${supervisor}/rc.sh

      case $1 in
        start)
    ''
    + concatMapStrings (name: "    wait_for_${kinds.${name}} ${name}\n") service.after
    + concatMapStrings (line: "    ${line}\n") service.beforeStart
    + ''
          start_as ${service.user}
          ;;
        reset) ${kind}_ended "$@" ;;
        check) check_${kind} ;;
      esac
    '';

  /**
    The script that becomes the service's command.

    # Type

        toStart :: { shell, supervisor, service, variables, workingDir } -> String
  */
  toStart =
    {
      shell,
      supervisor,
      service,
      variables,
      workingDir,
    }:
    let
      # The last one of a name counts, as for env(1).
      ofImage = builtins.listToAttrs (map toPair (lib.reverseList variables));

      toSet =
        name:
        "perp_set ${escapeShellArg name} ${escapeShellArg service.environment.${name}}"
        + optionalString (ofImage ? ${name}) " ${escapeShellArg ofImage.${name}}"
        + "\n";

      toCommand =
        command:
        if builtins.isList command then
          "perp_run ${concatMapStringsSep " " escapeShellArg command}"
        else if hasCommandFile service then
          "perp_run_shell '. \"$0\"' \"$PERP_BASE/${service.name}/command\""
        else if isPlain command then
          "perp_run ${removePrefix "exec " command}"
        else
          "perp_run_shell ${escapeShellArg command}";
    in
    ''
      #!${shell}
      ${directive}
      # The ${toKind service} ${service.name}, as its user ${service.user} runs it.
      set -e
      . ${supervisor}/start.sh
      cd -- ${escapeShellArg workingDir}
    ''
    + concatMapStrings toSet (builtins.attrNames service.environment)
    + optionalString (service.preStartScript != "") ''
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
      ${toCommand service.command}
    '';

  /**
    The users of the services, one a line.

    # Type

        toUsers :: [Service] -> String
  */
  toUsers =
    services:
    concatMapStrings (user: "${user}\n") (
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
          { supervisor, serviceFolder, stopGracePeriod, healthCheck, labels, config, environment }
          -> ImageConfig
  */
  makeImageConfig =
    {
      supervisor,
      serviceFolder,
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
        Interval = 30 * second;
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
