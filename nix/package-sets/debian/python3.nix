/**
  Python with its standard library in the place, relative to the program, where Python looks for
  it; PYTHONHOME, which child processes would inherit, is not needed then.
*/
{
  debs,
  lib,
  runBusybox,
  toPackage,
}:
let
  debianNames = [
    "python3-minimal"
    "libpython3-stdlib"
  ];

  isPythons = name: builtins.match "(lib)?python3[.][0-9]+-(minimal|stdlib)" name != null;

  versioned = lib.filter isPythons (debs.toClosure debianNames);

  interpreter = toPackage {
    name = "python3-interpreter";
    debianNames = debianNames ++ versioned;
  };
in
assert lib.all debs.require debianNames;
runBusybox {
  name = "python3";
  passthru = { inherit (interpreter) debs; };
  script = ./python3.sh;
  environment = {
    inherit interpreter;
    parts = map (name: debs.all.${name}) versioned;
  };
}
