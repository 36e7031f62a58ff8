# Nix 2.8 prints floats with six digits. This takes a value apart until every float is integers,
# which are printed in full: float = sign * mantissa * 2^exponent, 2^52 <= mantissa < 2^53.
let
  steps = [
    512
    512
    256
    128
    64
    32
    16
    8
    4
    2
    1
  ];
  power = n: if n == 0 then 1.0 else power (n - 1) * 2;
  powers = map (n: {
    inherit n;
    up = power n;
    down = 1 / power n;
  }) steps;
  low = power 52;
  high = power 53;
  enlarge =
    { mantissa, exponent }@number: step:
    if mantissa * step.up < high then
      {
        mantissa = mantissa * step.up;
        exponent = exponent - step.n;
      }
    else
      number;
  shrink =
    { mantissa, exponent }@number: step:
    if mantissa * step.down >= low then
      {
        mantissa = mantissa * step.down;
        exponent = exponent + step.n;
      }
    else
      number;
  takeApart =
    x:
    let
      absolute = if x < 0 then 0 - x else x;
      start = {
        mantissa = absolute;
        exponent = 0;
      };
      number = builtins.foldl' (if absolute < low then enlarge else shrink) start powers;
    in
    if x == 0 then
      [ (toString x) ]
    else
      [
        (if x < 0 then -1 else 1)
        (builtins.floor number.mantissa)
        number.exponent
      ];
  exact =
    value:
    if builtins.isFloat value then
      { float = takeApart value; }
    else if builtins.isList value then
      { list = map exact value; }
    else if builtins.isAttrs value then
      { set = builtins.mapAttrs (_: exact) value; }
    else
      value;
in
exact
