/**
  A derivation whose builder is a script for busybox's shell, where every applet is at hand.
*/
{ busybox, makeDerivation }:
{
  name,
  script,
  environment ? { },
  passthru ? { },
  meta ? { },
}:
makeDerivation {
  inherit
    environment
    meta
    name
    passthru
    ;
  builder = "${busybox}/bin/sh";
  args = [
    "-eu"
    script
  ];
}
