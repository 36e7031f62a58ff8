{
  script = pkgs.runCommand "script" { nativeBuildInputs = [ pkgs.jq ]; } ''
    set -e
    jq . > $out
  '';
  two_sets =
    lib.f
      {
        a = 1;
        b = 2;
      }
      {
        c = 3;
        d = 4;
      };
  long =
    lib.recursiveUpdate
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
      [ "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz" ];
  selected = (import "./x" {
    a = 1;
    b = 2;
  }).out;
  interpolated = "${
    pkgs.writeTextFile {
      name = "x";
      text = "y";
    }
  }/bin/x";
  long_list = [
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
  ];
  list_of_calls = [
    (lib.f {
      a = 1;
      b = 2;
    })
    (
      if a then
        {
          a = 1;
          b = 2;
        }
      else
        b
    )
  ];
}
