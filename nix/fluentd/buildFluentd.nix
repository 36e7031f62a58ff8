/**
  fluentd with the plugins of this library: bin/fluentd.

  # Inputs

  `fluentd`
  : the package fluentd, which has bin/fluentd. Without one (null) there is a derivation all the
    same, so that a configuration can be instantiated and realised, but building it fails.
*/
{ fluentd, pkgs }:
if fluentd == null then
  pkgs.runCommand "fluentd" { } ''
    echo 'The package set has no fluentd, which this image needs. Give one that has bin/fluentd:' >&2
    echo '  --arg fluentd "<a Nix expression that gives the package>"' >&2
    exit 1
  ''
else
  pkgs.writeTextFile {
    name = "fluentd";
    executable = true;
    destination = "/bin/fluentd";
    text = ''
      #!${pkgs.runtimeShell}
      exec ${fluentd}/bin/fluentd -p ${./plugins} "$@"
    '';
  }
