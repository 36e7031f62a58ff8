/**
  Checks by the table of rules: what each primitive of rules.json means. A check takes a value and
  gives null, or what is wrong with it: { path, expected, given, remedy }.

  nixgen/definitions/rules.py is the same for Python.
*/
let
  inherit (builtins)
    all
    attrNames
    elem
    elemAt
    filter
    genList
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    mapAttrs
    match
    replaceStrings
    stringLength
    substring
    ;

  table = builtins.fromJSON (builtins.readFile ./rules.json);

  strings = import ../fluentd/strings.nix;
  show = import ./show.nix;

  words = replaceStrings (map (word: "{${word}}") (attrNames table.words)) (
    map (word: table.words.${word}.nix) (attrNames table.words)
  );

  patterns = table.patterns // {
    store = builtins.storeDir;
  };
  fillPatterns = replaceStrings (map (name: "<${name}>") (attrNames patterns)) (
    map (name: patterns.${name}) (attrNames patterns)
  );
  expand =
    text:
    let
      filled = fillPatterns text;
    in
    if filled == text then text else expand filled;

  isText =
    value:
    isString value
    || builtins.isPath value
    || (isAttrs value && (value ? outPath || value ? __toString));

  kindOf =
    value:
    if isNull value then
      "null"
    else if isBool value then
      "boolean"
    else if isInt value || builtins.isFloat value then
      "number"
    else if isString value then
      "string"
    else if isList value then
      "list"
    else if isText value then
      "nix"
    else if isAttrs value then
      "set"
    else
      "other";

  lengthOf =
    value: if isString value then stringLength value else if isList value then length value else 0;

  problem = path: expected: given: {
    inherit path expected given;
    remedy = null;
  };

  test =
    keeps: expected: value:
    if keeps value then null else problem "" (words expected) value;

  within = path: found: if isNull found then null else found // { path = path + found.path; };

  firstOf = builtins.foldl' (first: found: if isNull first then found else first) null;

  below =
    path: name:
    "${path}.${if strings.isIdentifier name then name else import ../toJson.nix name}";

  # What the rule itself expects of the value as a whole, and how to mend it.
  withWords =
    rule: check: value:
    let
      found = check value;
      expected = if rule ? expected then words rule.expected else found.expected;
      given = rule.remedy or found.remedy;
      remedy = if isAttrs given then given.${kindOf value} or null else given;
    in
    if isNull found || found.path != "" then
      found
    else
      found
      // {
        expected = replaceStrings [ "{length}" ] [ (toString (lengthOf value)) ] expected;
        remedy =
          if isNull remedy then null else replaceStrings [ "{given}" ] [ (show value) ] (words remedy);
      };

  compile =
    rule:
    let
      primitive = head (filter (name: rule ? ${name}) (attrNames primitives));
      plain = primitives.${primitive} rule.${primitive} rule;
      check = if rule ? expected || rule ? remedy then withWords rule plain else plain;
    in
    if rule.optional or false then (value: if isNull value then null else check value) else check;

  blanks = map (escape: builtins.fromJSON ''"${escape}"'') [
    " "
    "\\t"
    "\\n"
    "\\u000b"
    "\\f"
    "\\r"
  ];
  isBlank = text: replaceStrings blanks (map (_: "") blanks) text == "";

  isVariable =
    value:
    isText value
    && (!isString value || substring 0 1 value != "=" && replaceStrings [ "=" ] [ "" ] value != value);

  isService = value: isAttrs value && value ? name && value ? command;

  kinds = {
    boolean = test isBool "{boolean}";
    "false" = test (value: value == false) "{boolean}";
    filled = test (value: !isString value || !isBlank value) "a string that is not empty";
    nothing = test (_: false) "nothing";
    services = test (value: isList value && all isService value) "{services}";
    set = test isAttrs "{set}";
    string = test isString "a string";
    text = test isText "{text}";
    variable = test isVariable "NAME=VALUE";
  };

  # The rules of a set's keys, with those of the rule that it extends.
  keysOf =
    rule: (if rule ? extends then table.rules.${rule.extends}.keys else { }) // rule.keys;

  # Which key differs from the name in upper case and underscores alone.
  nearKey =
    name: names:
    let
      near = filter (other: toPlain other == toPlain name) names;
    in
    if near == [ ] then null else "did you mean ${head near}?";
  letters = text: genList (index: substring index 1 text) (stringLength text);
  toPlain = replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") (
    letters "abcdefghijklmnopqrstuvwxyz" ++ [ "" ]
  );

  primitives = {
    all =
      rules: _:
      let
        checks = map compile rules;
      in
      value: firstOf (map (check: check value) checks);

    begins =
      text: _:
      let
        start = expand text;
      in
      test (value: !isString value || substring 0 (stringLength start) value == start) start;

    by =
      rules: _:
      let
        checks = mapAttrs (_: compile) rules;
      in
      value: (checks.${kindOf value} or checks.other) value;

    either =
      rules: _:
      let
        checks = map compile rules;
      in
      value:
      let
        found = map (check: check value) checks;
      in
      if builtins.any isNull found then null else elemAt found (length found - 1);

    enum =
      allowed: _:
      test (value: isString value && elem value allowed) (
        builtins.concatStringsSep " or " (map builtins.toJSON allowed)
      );

    fluentd = parts: _: fluentd.checkParts parts;

    is = kind: _: kinds.${kind};

    keys =
      _: rule:
      let
        checks = mapAttrs (_: compile) (keysOf rule);
        listed = builtins.concatStringsSep ", " (rule.order or (attrNames checks));
        checkKey =
          values: name:
          if !checks ? ${name} then
            problem (below "" name) "one of the keys ${listed}" name
            // {
              remedy = nearKey name (attrNames checks);
            }
          else if isNull values.${name} then
            null
          else
            within (below "" name) (checks.${name} values.${name});
      in
      values:
      if isAttrs values then
        firstOf (map (checkKey values) (attrNames values))
      else
        problem "" (words "{set}") values;

    list =
      item: rule:
      let
        check = compile item;
        checkFirst = if rule ? first then compile rule.first else check;
        checkItem =
          values: index:
          within "[${toString index}]" (
            (if index == 0 then checkFirst else check) (elemAt values index)
          );
      in
      values:
      if isList values then
        firstOf (genList (checkItem values) (length values))
      else
        problem "" "a list" values;

    longest =
      longest: _: value:
      if lengthOf value <= longest then
        null
      else
        problem "" "at most ${toString longest}" (if isList value then length value else value);

    longestText =
      longest: _:
      test (value: !isString value || stringLength value <= longest) "at most ${toString longest} bytes";

    map =
      parts: _:
      let
        checkName = compile parts.names;
        checkValue = compile parts.values;
        checkAttribute =
          values: name:
          within (below "" name) (firstOf [
            (checkName name)
            (checkValue values.${name})
          ]);
      in
      values:
      if isAttrs values then
        firstOf (map (checkAttribute values) (attrNames values))
      else
        problem "" (words "{set}") values;

    named = name: _: named.${name};

    pattern =
      text: _:
      let
        expression = expand text;
      in
      test (value: isString value && match expression value != null) text;

    range =
      bounds: _:
      let
        smallest = head bounds;
        largest = elemAt bounds 1;
      in
      test (
        value: isInt value && value >= smallest && value <= largest
      ) "a whole number from ${toString smallest} to ${toString largest}";

    shortest = shortest: _: test (value: lengthOf value >= shortest) "at least ${toString shortest}";
  };

  # A name is a string before it is anything else.
  compileName =
    rule:
    let
      check = compile rule;
    in
    value: if isString value then check value else problem "" "a string" value;

  named = mapAttrs (_: compile) table.rules // mapAttrs (_: compileName) table.names;

  # The rules of a section's arguments, with what they take from those of another section.
  rulesOf =
    section:
    mapAttrs (name: rule: if rule ? as then table.${rule.as}.${name} // rule else rule)
      table.${section};

  fluentd = import ./fluentd.nix {
    inherit
      below
      firstOf
      problem
      strings
      table
      words
      ;
  };
in
{
  inherit
    below
    compile
    firstOf
    fluentd
    isService
    problem
    rulesOf
    table
    within
    words
    ;

  /**
    The checks of names, by their kinds.
  */
  names = mapAttrs (_: compileName) table.names;

  /**
    The checks of a section's arguments.

    # Type

        checksOf :: String -> { argument -> (value -> Problem or null) }
  */
  checksOf = section: mapAttrs (_: compile) (rulesOf section);
}
