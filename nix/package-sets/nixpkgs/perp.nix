/**
  perp 2.07: perpd, what controls it, and the run tools such as runuid.
*/
{
  fetchurl,
  lib,
  stdenv,
}:
stdenv.mkDerivation {
  pname = "perp";
  version = "2.07";

  src = fetchurl {
    url = "http://b0llix.net/perp/distfiles/perp-2.07.tar.gz";
    sha256 = "05aq8xj9fpgs468dq6iqpkfixhzqm4xzj5l4lyrdh530q4qzw8hj";
  };

  # It is older than what compilers now refuse: functions without prototype, variables in headers.
  preBuild = ''
    makeFlagsArray+=("CC=$CC -std=gnu89 -fcommon")
  '';

  makeFlags = [
    "BINDIR=${placeholder "out"}/bin"
    "SBINDIR=${placeholder "out"}/bin"
    "MANDIR=${placeholder "out"}/share/man"
  ];

  # The makefiles say nothing of what is built from what.
  enableParallelBuilding = false;

  meta = {
    description = "Persistent process supervisor";
    homepage = "http://b0llix.net/perp/";
    platforms = lib.platforms.linux;
  };
}
