/**
  The static busybox with a link for each of its applets.
*/
{ makeDerivation, seed }:
makeDerivation {
  name = "busybox";
  builder = "${seed}/busybox";
  args = [
    "sh"
    "-eu"
    ./busybox.sh
  ];
  environment = { inherit seed; };
}
