/**
  The text of values, arguments and names in a fluentd configuration. What its parser cannot read is
  refused before: nix/rules/fluentd.nix.
*/
let
  inherit (builtins)
    concatMap
    concatStringsSep
    elem
    filter
    floor
    foldl'
    fromJSON
    genList
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    replaceStrings
    stringLength
    substring
    toJSON
    ;

  strings = import ./strings.nix;
  toJson = import ../toJson.nix;
  inherit ((import ../rules/primitives.nix).table.fluentdSections) builtInNames;

  # The text of a string, path or derivation; null for a value of another kind.
  toText = value: if isString value || isPath value || isAttrs value then "${value}" else null;

  # The digits of a whole number with a point before the last `places` of them.
  withPoint =
    places: digits:
    let
      zeros = concatStringsSep "" (genList (_: "0") (places + 1 - stringLength digits));
      padded = if stringLength digits > places then digits else zeros + digits;
      before = stringLength padded - places;
    in
    "${substring 0 before padded}.${substring before places padded}";

  # The text of a number, of whole digits that are too large by a power of ten.
  scaleDown =
    places: digits:
    if places <= 30 then withPoint places digits else "${digits}e-${toString places}";

  # Whole numbers around a float below 1e17, the nearest first: a product of floats is rounded, and
  # from 2^53 on not every whole number is a float.
  around =
    float:
    concatMap (step: [
      (floor float - step)
      (floor float + step + 1)
    ]) (genList (n: n) (if float < 1.0e15 then 1 else 25));

  # A float in as few digits as read back as the same number, a whole one by its digits alone. Nix
  # itself writes six digits or all of them, and `.0` or not, by its version.
  toFloatText =
    value:
    let
      sign = if value < 0 then "-" else "";
      magnitude = if value < 0 then -value else value;
      isWhole = magnitude >= 9.0e15 || floor magnitude == magnitude;
      wholeText = replaceStrings [ ".000000" ] [ "" ] (toString magnitude);
      shift = places: magnitude * fromJSON "1.0e${toString places}";
      decimals =
        places:
        if shift places < 1.0e17 then
          map (number: scaleDown places (toString number)) (around (shift places))
        else
          [ ];
      firstExact = texts: head (filter (text: fromJSON text == magnitude) texts ++ [ null ]);
      find = found: places: if found != null then found else firstExact (decimals places);
      text = if isWhole then wholeText else foldl' find null (genList (n: n + 1) 308);
    in
    sign + text;

  # JSON in which every # is escaped, since the parser takes it for the beginning of a comment.
  toJsonText =
    value:
    if isList value then
      "[${concatStringsSep "," (map toJsonText value)}]"
    else if isFloat value then
      toFloatText value
    else if value == null || isBool value || isInt value then
      toJSON value
    else
      replaceStrings [ "#" ] [ "\\u0023" ] (toJson (toText value));
in
{
  /**
    The text that stands after a parameter's name: of a string, path, derivation, number or
    boolean, and as JSON of a list of them.

    # Type
    toValue :: value -> string

    # Example
    toValue "cool # really"
    => "\"cool # really\""
  */
  toValue =
    value:
    let
      text = toText value;
    in
    if text != null then
      if strings.isPlainValue text then text else strings.quote text
    else if isFloat value then
      toFloatText value
    else if isList value then
      toJsonText value
    else
      toJSON value;

  /**
    The text of a section's argument, such as the patterns of a `<match>`.

    # Type
    toArgument :: string or integer -> string
  */
  toArgument =
    value:
    let
      text = if isInt value then toString value else toText value;
    in
    if strings.isPlainArgument text then text else strings.quote text;

  /**
    The text of a parameter's name.

    # Type
    toName :: name -> string
  */
  toName =
    name:
    if elem name builtInNames || strings.isPlainName name then name else strings.quote name;
}
