/**
  fluentd with the plugins of this library and of the project: bin/fluentd.

  # Inputs

  `fluentd`
  : the package fluentd, which has bin/fluentd. Without one (null) there is a derivation all the
    same, so that a configuration can be instantiated and realised, but building it fails.

  `fluentdPlugins`
  : gems, each a set of `name`, `version` and `hash`

  # Output

  The package; its attribute `isAtHand` tells whether all gems lie where nothing has to be fetched,
  or somebody has named where they are fetched from.
*/
{
  fluentd,
  fluentdPlugins,
  pkgs,
}:
let
  fetchGem =
    pkgs.fetchGem
      or (throw "fluentdPlugins: the package set fetches no gems; pass a fluentd that has the plugins: --arg fluentd EXPRESSION");

  gems = map fetchGem fluentdPlugins;

  gemOptions = map (gem: "-I ${gem}/lib") gems;

  options = pkgs.lib.concatStringsSep " " ([ "-p ${./plugins}" ] ++ gemOptions);
in
if fluentd == null then
  pkgs.runCommand "fluentd" { } ''
    echo 'The package set has no fluentd, which this image needs. Give one that has bin/fluentd:' >&2
    echo '  --arg fluentd "<a Nix expression that gives the package>"' >&2
    exit 1
  ''
  // {
    isAtHand = false;
  }
else
  pkgs.writeTextFile {
    name = "fluentd";
    executable = true;
    destination = "/bin/fluentd";
    text = ''
      #!${pkgs.runtimeShell}
      exec ${fluentd}/bin/fluentd ${options} "$@"
    '';
  }
  // {
    isAtHand = builtins.all (package: package.isAtHand or true) ([ fluentd ] ++ gems);
  }
