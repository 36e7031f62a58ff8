{
  pkgs,
  system ? currentSystem,
  a,
  b,
  c,
  d,
  e,
  f,
  g,
  h,
  iiiiiiiiiiiiiiiiiiiiiiiiiiiiii,
  ...
}:
let
  x = 1;
  f =
    { a, ... }:
    {
      inherit a;
      b = 2;
    };
  y =
    let
      z = 1;
    in
    a;
in
{
  inherit x f;
  y = pkgs;
}
