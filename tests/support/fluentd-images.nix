# The images that the tests of fluentd run: with the stand-in for fluentd, with that of the package
# set where its gems are given, or with a program of the machine, whose files are mounted into the
# container.
{
  lock,
  gemFolder ? null,
  gems ? { },
  pkgs ? import ../../nix/package-sets/debian { inherit gemFolder gems lock; },
  perp ? null,
  program ? null,
}:
let
  library = import ../../nix { inherit fluentd pkgs; };
  lib = if perp == null then library else library.override { inherit perp; };

  fluentd =
    if program != null then
      pkgs.writeShellScriptBin "fluentd" ''exec ${program} "$@"''
    else if gemFolder != null then
      pkgs.fluentd
    else
      pkgs.writeShellScriptBin "fluentd" ''exec ${pkgs.python3}/bin/python3 ${./fluentd_stand_in.py} "$@"'';

  captured.source.type = "stdout";

  # Print what the tests lay into these files, until they tell how to end.
  puppet = ''
    trap 'echo last words; exit 0' TERM
    echo "puppet starts"
    while sleep 0.05; do
      if test -e /tmp/say; then cat /tmp/say && rm /tmp/say; fi
      if test -e /tmp/complain; then cat /tmp/complain >&2 && rm /tmp/complain; fi
      if test -e /tmp/end; then status=$(cat /tmp/end); rm /tmp/end; exit "$status"; fi
    done
  '';
in
{
  # A process leaves the session of its service, and keeps what that prints into.
  leaving = lib.buildImageWithPerp {
    name = "test/leaving";
    command = "setsid sleep 1000000 & echo left; exec sleep 1000000";
    fluentd = captured // {
      outputs = [
        {
          type = "file";
          path = "/tmp/all";
        }
      ];
    };
  };

  # Services with a source of each kind, and one with none.
  captured = lib.buildImageWithPerps {
    name = "test/captured";
    fluentd.outputs = [
      {
        type = "file";
        path = "/records/all";
        append = true;
        buffer = {
          flush_mode = "immediate";
          flush_at_shutdown = true;
        };
      }
    ];
    services = [
      {
        name = "puppet";
        command = puppet;
        fluentd = captured;
      }
      {
        name = "brief";
        command = "echo brief >/dev/stderr; printf 'without newline' >/dev/stdout";
        oneShot = true;
        fluentd.source = {
          type = "stdout";
          tag = "other.tag";
        };
      }
      {
        name = "looping";
        command = "echo looping; exit 3";
        fluentd = captured;
      }
      {
        name = "plain";
        command = "echo plain; exec sleep 1000000";
      }
      {
        name = "listening";
        command = "echo listening; exec sleep 1000000";
        fluentd.source = {
          type = "syslog";
          port = 5140;
        };
      }
    ];
  };
}
