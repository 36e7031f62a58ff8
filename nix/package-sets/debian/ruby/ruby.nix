/**
  Ruby with the libraries of some Debian packages and gems, all found at their store paths: bin/ruby.

  It looks for nothing in /usr, so it is the same on Debian's system, another one and none, and hands
  no RUBYLIB to its children; `RbConfig.ruby` is itself.

  # Inputs

  `debianNames`
  : Debian packages: `ruby`, and those with libraries

  `gems`
  : unpacked gems, whose libraries come before those of Debian
*/
{
  debs,
  lib,
  runBusybox,
  toPackage,
}:
{
  debianNames,
  gems ? [ ],
}:
assert lib.all debs.require debianNames;
let
  closure = debs.toClosure debianNames;

  isInterpreter = name: builtins.match "ruby[0-9][.][0-9]+" name != null;

  interpreter = toPackage {
    name = "ruby-interpreter";
    debianNames = debianNames ++ lib.filter isInterpreter closure;
  };
in
runBusybox {
  name = "ruby";
  passthru = { inherit (interpreter) debs; };
  script = ./ruby.sh;
  environment = {
    inherit gems interpreter;
    inherit (debs.platform) triplet;
    folders = map (name: debs.all.${name}) closure;
    zones = lib.optionalString (lib.elem "tzdata" closure) "${debs.all.tzdata}/usr/share/zoneinfo";
  };
}
