/**
  fakeroot with the places of its own library and daemon; Debian's script knows those below /usr.
*/
{
  busybox,
  debs,
  toPackage,
  writeScriptBin,
}:
assert debs.require "libfakeroot";
let
  programs = toPackage {
    name = "fakeroot-programs";
    debianNames = [ "fakeroot" ];
  };
in
writeScriptBin "fakeroot" ''
  #!${busybox}/bin/sh
  # In the user namespace of a build's sandbox a real chown fails with EINVAL, which fakeroot reports.
  export FAKEROOTDONTTRYCHOWN=1
  exec ${busybox}/bin/sh ${debs.all.fakeroot}/usr/bin/fakeroot-sysv \
    --lib ${debs.all.libfakeroot}/usr/lib/${debs.platform.triplet}/libfakeroot/libfakeroot-sysv.so \
    --faked ${programs}/bin/faked-sysv "$@"
''
