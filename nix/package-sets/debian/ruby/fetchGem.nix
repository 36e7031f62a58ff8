/**
  A gem by its hash, unpacked: the folder of a library of Ruby, with its `lib`.

  The file comes from the store, where `nix-store --add-fixed sha256 NAME-VERSION.gem` or the folder
  of gems has put it, or from the first source that has it.

  # Inputs

  `gemFolder`
  : a folder with files NAME-VERSION.gem, or null for the variable NIXGEN_GEMS

  `gemSources`
  : addresses of indexes, before those of the variable NIXGEN_GEM_SOURCES or else of gem itself

  # Type

      fetchGem :: { name :: String, version :: String, hash :: String, beside ? [Gem] } -> Derivation

  Its attribute `isAtHand` tells whether the file is in the store or in the folder, or somebody has
  named a source. Where the gem cannot be had, the message names those that are needed `beside` it.
*/
{
  gemFolder,
  gemSources,
  lib,
  ruby,
  runBusybox,
  seed,
  system,
}:
let
  # Empty where Nix may not look at the machine, as in Hydra and in flakes.
  folder =
    if gemFolder == null then
      builtins.getEnv "NIXGEN_GEMS"
    else
      builtins.unsafeDiscardStringContext "${toString gemFolder}";

  sources = gemSources ++ lib.filter (source: source != "") (
    lib.splitString " " (builtins.getEnv "NIXGEN_GEM_SOURCES")
  );
in
{
  name,
  version,
  hash,
  beside ? [ ],
}:
let
  toFile = gem: "${gem.name}-${gem.version}.gem";

  file = toFile { inherit name version; };

  given = "${folder}/${file}";

  # At the path that the derivation below has.
  added = builtins.path {
    path = /. + given;
    name = file;
    recursive = false;
  };

  isRight =
    added == fetched.outPath
    || throw ''
      ${given}: expected a file of the hash ${hash}, got one of sha256:${builtins.hashFile "sha256" (/. + given)}
        lay the file there that the index of gems has, or take it away
    '';

  isGiven = folder != "" && builtins.pathExists (/. + given);

  # Where Nix may not look at the store, the file counts as not there.
  isInStore = builtins.pathExists (builtins.unsafeDiscardStringContext fetched.outPath);

  fetched = derivation {
    inherit hash sources system;
    name = file;
    needed = map (gem: "${toFile gem}=${gem.hash}") (
      [ { inherit name version hash; } ] ++ lib.filter (gem: gem.name != name) beside
    );
    # What gem itself would ask, when nobody names a source.
    ruby = lib.optionalString (sources == [ ]) "${ruby}/bin/ruby";
    builder = "${seed}/busybox";
    args = [
      "sh"
      "-euf"
      ./fetch-gem.sh
    ];
    outputHashMode = "flat";
    outputHash = hash;
    impureEnvVars = [
      "http_proxy"
      "https_proxy"
      "no_proxy"
    ];
    preferLocalBuild = true;
  };
in
runBusybox {
  name = "${name}-${version}";
  script = ./unpack-gem.sh;
  environment.gem = assert !isGiven || isRight; fetched;
}
// {
  isAtHand = isGiven || sources != [ ] || isInStore;
}
