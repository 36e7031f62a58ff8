/**
  fluentd from its gems, on Debian's Ruby: bin/fluentd.

  # Inputs

  `gems`
  : the gems by name, each with `version` and `hash`; `fluentd` is one

  `ruby`
  : a function that makes a Ruby with gems

  # Output

  The package; its attribute `ruby` is a Ruby with all but the gems, and `isAtHand` tells whether all
  gems are.
*/
{
  bash,
  fetchGem,
  gems,
  lib,
  ruby,
  writeScriptBin,
}:
let
  named = lib.mapAttrs (name: gem: { inherit (gem) hash version; inherit name; }) gems;

  unpacked = lib.mapAttrs (_: gem: fetchGem (gem // { beside = lib.attrValues named; })) named;
in
writeScriptBin "fluentd" ''
  #!${bash}/bin/bash -p
  # What belongs to the Ruby of a parent image is not for this one.
  unset BUNDLE_GEMFILE GEM_HOME GEM_PATH RUBYLIB RUBYOPT
  exec ${ruby (lib.attrValues unpacked)}/bin/ruby ${unpacked.fluentd}/bin/fluentd "$@"
''
// {
  isAtHand = lib.all (gem: gem.isAtHand) (lib.attrValues unpacked);
  ruby = ruby [ ];
}
