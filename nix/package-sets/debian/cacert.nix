/**
  The certificates of the authorities that Mozilla trusts, in one file under nixpkgs' name for
  it and under Debian's.
*/
{ debs, runBusybox }:
assert debs.require "ca-certificates";
runBusybox {
  name = "cacert";
  script = ./cacert.sh;
  environment.certificates = debs.all.ca-certificates;
}
