/**
  The services of an image, and those that bring what they print to fluentd: `fluentd`, one for the
  image, and for each captured service `SERVICE-log`. Before a captured service starts, fluentd
  reads its pipe; before it stops, everything else that is in the way of its lines still runs.

  # Inputs

  `context`
  : what precedes the paths of values in messages

  `name`
  : the image's name

  `fluentd`
  : what the image asks of fluentd: { outputs }, or null

  `services`
  : the image's services, with all their attributes

  # Output

  `services` and `conf`: the configuration's file, null if no service has a source.
*/
{
  checks,
  fluentdCw,
  pkgs,
  readImage,
  writeFluentdConf,
}:
{
  context,
  fluentd,
  name,
  services,
}:
let
  inherit (pkgs) lib;

  read = readImage { inherit context fluentd services; };

  conf = writeFluentdConf read.text;

  logOf = service: "${service}-log";

  # The first part of an image's name says what a service belongs to: "locksmith/worker".
  application = lib.head (lib.splitString "/" name);

  scripts = [
    "# shellcheck source=/dev/null"
    ". ${./rc.sh}"
  ];

  # The file is named to the command by a variable, which keeps it out of the layers that images
  # share: it lies beside the image's own scripts. Libraries of the parent image are not for it.
  fluentdService = checks.withDefaults {
    name = "fluentd";
    user = "root";
    beforeStart = scripts ++ [ "configure_fluentd ${conf} ${lib.escapeShellArg application}" ];
    command = "unset LD_LIBRARY_PATH LD_PRELOAD; exec ${fluentdCw}/bin/fluentd --no-supervisor -c \"$FLUENT_CONF\"";
  };

  toLogService =
    service:
    checks.withDefaults {
      name = logOf service;
      user = "root";
      beforeStart = scripts ++ [ "wait_for_fluentd ${service}" ];
      stopsBefore = [ "fluentd" ];
      command = "exec ${pkgs.python3}/bin/python3 -IS ${./forward.py} ${service} \"$FLUENTD_PIPES/${service}.output\" \"$FLUENTD_PIPES/${service}\" \"$CAPTURED_PID\"";
    };

  capture =
    service:
    if lib.elem service.name read.captured then
      service
      // {
        beforeStart = scripts ++ [
          "capture_output ${service.name} ${service.user} ${logOf service.name}"
        ];
        stopsBefore = [ (logOf service.name) ];
      }
    else if lib.elem service.name read.readByOthers then
      service // { after = service.after ++ [ "fluentd" ]; }
    else
      service;
in
if read.isNeeded then
  {
    inherit conf;
    services = map capture services ++ map toLogService read.captured ++ [ fluentdService ];
  }
else
  {
    inherit services;
    conf = null;
  }
