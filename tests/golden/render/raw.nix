{
  one_line = x: x;
  comment = (
    x: x # the same
  );
  lines = (
    let
      x = 1; # one
    in
    x
  );
  strings = (
''
      moved lines would change
    the text''
);
  with_node = (
    let
      x = (pkgs.hello);
    in
    x
  );
}
