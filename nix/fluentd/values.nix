/**
  The text of values, arguments and names in a fluentd configuration, and the refusal of those that
  its parser cannot read. A path tells where a value comes from: `filters[0].regexp[1].pattern`.
*/
let
  inherit (builtins)
    concatMap
    concatStringsSep
    elem
    elemAt
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
    length
    replaceStrings
    stringLength
    substring
    toJSON
    typeOf
    ;

  strings = import ./strings.nix;
  toJson = import ../toJson.nix;

  refuse =
    path: expected: given:
    throw "${path}: expected ${expected}, got ${given}";

  describe =
    value:
    if isString value then
      toJSON value
    else if isAttrs value then
      "a set"
    else if isList value then
      "a list"
    else
      typeOf value;

  isSection = value: isAttrs value && !(value ? outPath) && !(value ? __toString);

  # The checked text of a string, path or derivation; null for a value of another kind.
  toText =
    path: value:
    if isString value || isPath value || (isAttrs value && !isSection value) then
      checkText path "${value}"
    else
      null;

  checkText = path: text: if strings.isUtf8 text then text else refuse path "text in UTF-8" "other bytes";

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
    path: value:
    let
      sign = if value < 0 then "-" else "";
      magnitude = if value < 0 then -value else value;
      isFinite = value - value == 0;
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
    if !isFinite || text == null then
      refuse path "a number that Nix can write (or its digits as a string)" (toString value)
    else
      sign + text;

  # JSON in which every # is escaped, since the parser takes it for the beginning of a comment.
  toJsonText =
    path: value:
    if isList value then
      "[${concatStringsSep "," (mapElements path toJsonText value)}]"
    else if isFloat value then
      toFloatText path value
    else if value == null || isBool value || isInt value then
      toJSON value
    else
      let
        text = toText path value;
      in
      if text == null then
        refuse path "a string, number, boolean or list" (describe value)
      else
        replaceStrings [ "#" ] [ "\\u0023" ] (toJson text);

  # Applies a function to the path and the value of each element.
  mapElements =
    path: function: list:
    genList (n: function "${path}[${toString n}]" (elemAt list n)) (length list);
in
{
  inherit isSection mapElements refuse;

  /**
    The path of an attribute below the path of its set.
  */
  below =
    path: name:
    let
      attribute = if strings.isIdentifier name then name else toJSON name;
    in
    if path == "" then attribute else "${path}.${attribute}";

  /**
    The text that stands after a parameter's name: of a string, path, derivation, number or
    boolean, and as JSON of a list of them.

    # Type
    toValue :: path -> value -> string

    # Example
    toValue "pattern" "cool # really"
    => "\"cool # really\""
  */
  toValue =
    path: value:
    let
      text = toText path value;
    in
    if text != null then
      if strings.isPlainValue text then text else strings.quote text
    else if isBool value || isInt value then
      toJSON value
    else if isFloat value then
      toFloatText path value
    else if isList value then
      toJsonText path value
    else
      refuse path "a string, number, boolean, list or set" (describe value);

  /**
    The text of a section's argument, such as the patterns of a `<match>`.

    # Type
    toArgument :: path -> string or integer -> string
  */
  toArgument =
    path: value:
    let
      text = if isInt value then toString value else toText path value;
    in
    if text == null then
      refuse path "a string" (describe value)
    else if strings.isPlainArgument text then
      text
    else
      strings.quote text;

  /**
    The text of a parameter's name. fluentd reads the parameters at the root, which is the section
    of the empty name, and in source, match, filter and system by itself, and rejects there any
    name with `@` that it does not know.

    # Type
    toName :: path -> name of the section -> name -> string
  */
  toName =
    path: section: name:
    let
      isStrict = elem section [
        ""
        "filter"
        "match"
        "source"
        "system"
      ];
      isKnown = elem name [
        "@id"
        "@label"
        "@log_level"
        "@type"
      ];
    in
    if name == "" then
      refuse path "the name of a parameter" "an empty name"
    else if name == "@include" then
      refuse path "the name of a parameter" "the directive @include"
    else if substring 0 1 name == "@" && isStrict && !isKnown then
      refuse path "@id, @label, @log_level, @type or a name without @" (toJSON name)
    else if isKnown || strings.isPlainName name then
      name
    else
      strings.quote (checkText path name);

  /**
    The name of a section, which cannot be quoted.

    # Type
    toSectionName :: path -> name -> string
  */
  toSectionName =
    path: name:
    if strings.isSectionName name then
      name
    else
      refuse path "the name of a section, of letters, digits and _" (toJSON name);
}
