/**
  The rules for values. Each gives null when the value keeps it, else what was expected.
*/
let
  inherit (builtins)
    elem
    head
    isAttrs
    isBool
    isInt
    isList
    isPath
    isString
    match
    ;

  isText =
    value:
    isString value || isPath value || (isAttrs value && (value ? outPath || value ? __toString));

  isBlank = value: isString value && match "[[:space:]]*" value != null;

  rule = test: expected: value: if test value then null else expected;

  firstUnmet = rules: value: builtins.foldl' (unmet: each: if unmet != null then unmet else each value) null rules;
in
{
  inherit firstUnmet;

  bool = rule isBool "true or false";

  /**
    A shell line, or a program and its arguments.
  */
  command =
    value:
    if isList value then
      rule (list: list != [ ] && builtins.all isText list && !isBlank (head list))
        "a list of strings, a program and its arguments"
        value
    else
      rule (line: isText line && !isBlank line) "a shell line, or a list of a program and its arguments"
        value;

  list = rule isList "a list";

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

  positive = rule (value: isInt value && value >= 1) "a whole number from 1";

  set = rule isAttrs "a set";

  string = rule isString "a string";

  /**
    What becomes text in a script.
  */
  text = rule (
    value: isText value && !isBlank value
  ) "a string that is not empty, a path or a derivation";
}
