/**
  The text of values, arguments and names in a fluentd configuration. What its parser cannot read is
  refused before: nix/rules/fluentd.nix.
*/
let
  inherit (builtins)
    any
    attrNames
    attrValues
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
  rules = import ../rules/primitives.nix;
  inherit (rules.table.fluentdSections) builtInNames;
  inherit (rules.fluentd) isJson isVariable;

  # The text of a string, path or derivation; null for a value of another kind.
  toText =
    value:
    if isString value || isPath value || isAttrs value && !isPlainSet value then "${value}" else null;

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

  isPlainSet = value: isAttrs value && !(value ? outPath) && !(value ? __toString);

  # A string of Ruby, which would also run what stands after the # of "#$a" and "#@a". The parser
  # takes the number of characters for that of bytes.
  toRubyString =
    text:
    strings.escapeBytes (replaceStrings [ "\\#{" "#" ] [ "\\#{" "\\#" ] (strings.quote text));

  # Ruby that gives the text of a variable.
  toRuby =
    variable:
    let
      name = variable._env;
      default = variable._default or null;
      text = toText default;
      number = if isFloat default then toFloatText default else toJSON default;
      otherwise =
        if default == null then
          "abort('fluentd.conf: the variable ${name} is not set')"
        else
          toRubyString (if text != null then text else number);
    in
    "ENV['${name}'] || ${otherwise}";

  hasVariables =
    value:
    isVariable value
    || isList value && any hasVariables value
    || isJson value && hasVariables value._json
    || isPlainSet value && any hasVariables (attrValues value);

  # JSON in which every # is escaped, since the parser takes it for the beginning of a comment. What
  # stands between variables is written by `write`.
  toJsonText =
    write: value:
    let
      toJsonItem = toJsonText write;
      toMember = set: name: "${toJsonItem name}${write ":"}${toJsonItem set.${name}}";
      separate = concatStringsSep (write ",");
    in
    if isVariable value then
      "#{::JSON.generate(${toRuby value})}"
    else if isJson value then
      toJsonItem value._json
    else if isPlainSet value then
      "${write "{"}${separate (map (toMember value) (attrNames value))}${write "}"}"
    else if isList value then
      "${write "["}${separate (map toJsonItem value)}${write "]"}"
    else if isFloat value then
      write (toFloatText value)
    else if value == null || isBool value || isInt value then
      write (toJSON value)
    else
      write (replaceStrings [ "#" ] [ "\\u0023" ] (toJson (toText value)));

  # Within double quotes Ruby runs, and what it gives is part of the text.
  toJsonOf =
    value:
    if hasVariables value then
      "\"${toJsonText strings.escape value}\""
    else
      toJsonText (text: text) value;
in
{
  /**
    The text that stands after a parameter's name: of a string, path, derivation, number or
    boolean, and as JSON of a list of them. `{ _env = "NAME"; _default = "x"; }` is the variable of
    fluentd's environment, whose text is that of Ruby in double quotes; without a default, fluentd
    ends when there is no such variable. `{ _json = { ... }; }` is a set as JSON.

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
    if isVariable value then
      "\"#{${toRuby value}}\""
    else if text != null then
      if strings.isPlainValue text then text else strings.quote text
    else if isFloat value then
      toFloatText value
    else if isList value || isJson value then
      toJsonOf value
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
    if isVariable value then
      "\"#{${toRuby value}}\""
    else if strings.isPlainArgument text then
      text
    else
      strings.quote text;

  /**
    The text of a parameter's name.

    # Type
    toName :: name -> string
  */
  toName =
    name:
    if elem name builtInNames || strings.isPlainName name then name else strings.quote name;
}
