/**
  The rules for values. Each gives null when the value keeps it, else what was expected: a string,
  or a set { path, expected, given } about a part of the value.
*/
let
  inherit (builtins)
    elem
    elemAt
    genList
    head
    isAttrs
    isBool
    isInt
    isList
    isPath
    isString
    length
    match
    storeDir
    stringLength
    substring
    ;

  longestArgument = 131071; # MAX_ARG_STRLEN in Linux, without the NUL at the end
  isArgument = value: !isString value || stringLength value <= longestArgument;

  largestInteger = 2147483647;

  isText =
    value:
    isString value || isPath value || (isAttrs value && (value ? outPath || value ? __toString));

  isBlank = value: isString value && match "[[:space:]]*" value != null;

  rule = test: expected: value: if test value then null else expected;

  firstUnmet =
    rules: value:
    builtins.foldl' (unmet: each: if unmet != null then unmet else each value) null rules;

  firstOf = builtins.foldl' (first: unmet: if first != null then first else unmet) null;

  part =
    path: each: value:
    let
      unmet = each value;
    in
    if unmet == null then
      null
    else if isAttrs unmet then
      unmet // { path = path + unmet.path; }
    else
      {
        inherit path;
        expected = unmet;
        given = value;
      };
  wholeNumberTo =
    smallest: largest:
    rule (
      value: isInt value && value >= smallest && value <= largest
    ) "a whole number from ${toString smallest} to ${toString largest}";
in
{
  inherit
    firstOf
    firstUnmet
    isText
    part
    rule
    ;

  /**
    What becomes an absolute path, in an image or in the store.
  */
  absolutePath = rule (
    value: isText value && (!isString value || substring 0 1 value == "/")
  ) "an absolute path";

  bool = rule isBool "true or false";

  /**
    A shell line, or a program and its arguments.
  */
  command =
    value:
    if isList value then
      firstUnmet [
        (rule (
          list: list != [ ] && builtins.all isText list && !isBlank (head list)
        ) "a list of strings, a program and its arguments")
        (rule (builtins.all isArgument)
          "arguments of at most ${toString longestArgument} bytes, since Linux passes none that is longer")
      ] value
    else
      rule (line: isText line && !isBlank line) "a shell line, or a list of a program and its arguments"
        value;

  list = rule isList "a list";

  listOf =
    each:
    firstUnmet [
      (rule isList "a list")
      (list: firstOf (genList (index: part "[${toString index}]" each (elemAt list index)) (length list)))
    ];

  null = rule isNull "null";

  oneOf =
    allowed:
    rule (value: elem value allowed) (
      builtins.concatStringsSep " or " (map builtins.toJSON allowed)
    );

  /**
    Null is as good as what the rule asks for.
  */
  optional = each: value: if isNull value then null else each value;

  set = rule isAttrs "a set";

  /**
    What is in the store, or will be.
  */
  storePath = rule (
    value:
    if isString value then
      substring 0 (stringLength storeDir + 1) value == "${storeDir}/"
    else
      isText value
  ) "a package or another store path";

  string = rule isString "a string";

  wholeNumber = smallest: wholeNumberTo smallest largestInteger;

  inherit wholeNumberTo;
}
