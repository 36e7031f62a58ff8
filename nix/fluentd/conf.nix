/**
  Sections and parameters of a fluentd configuration from attribute sets.
*/
let
  inherit (builtins)
    all
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    isList
    listToAttrs
    substring
    ;

  values = import ./values.nix;
  rules = import ../rules/primitives.nix;
  table = rules.table.fluentdSections;
  inherit (rules.fluentd) isSection;

  # Names that always stand for sections, so that an empty list of them is no parameter.
  sectionNames = table.plugins ++ [
    "label"
    "system"
    "worker"
  ];

  # What an attribute becomes: `parameter`, a text, or `sections`, a list of sets.
  toMember =
    name: value:
    if isSection value then
      { sections = [ value ]; }
    else if isList value && all isSection value && (value != [ ] || elem name sectionNames) then
      { sections = value; }
    else
      { parameter = values.toValue value; };

  # The attribute that gives a section's argument, and null when that is absent or null.
  argumentName =
    section: set:
    let
      name = if set ? _arg || !elem section table.tagged then "_arg" else "tag";
    in
    if set.${name} or null == null then null else name;

  toArgument =
    section: set:
    let
      name = argumentName section set;
    in
    if name != null then
      values.toArgument set.${name}
    else if elem section table.tagged && !(set ? _arg) then
      "**"
    else
      "";

  sectionLines =
    indent: name: set:
    let
      argument = toArgument name set;
      start = name + (if argument == "" then "" else " ${argument}");
    in
    [ "${indent}<${start}>" ] ++ bodyLines "${indent}  " name set ++ [ "${indent}</${name}>" ];

  bodyLines =
    indent: section: set:
    let
      names = filter (
        name: set.${name} != null && name != "_arg" && name != argumentName section set
      ) (attrNames set);
      members = listToAttrs (
        map (name: {
          inherit name;
          value = toMember name set.${name};
        }) names
      );
      parameters = filter (name: members.${name} ? parameter) names;
      isPlugin = elem section table.plugins;
      fluentdName = name: if isPlugin && name == "type" then "@type" else name;
      isType = name: fluentdName name == "@type";
      isBuiltIn = name: !isType name && substring 0 1 name == "@";
      isOther = name: !isType name && !isBuiltIn name;
      parameterLine =
        name:
        "${indent}${values.toName (fluentdName name)} ${members.${name}.parameter}";
      linesOfSections = name: concatMap (sectionLines indent name) members.${name}.sections or [ ];
    in
    map parameterLine (concatMap (kind: filter kind parameters) [ isType isBuiltIn isOther ])
    ++ concatMap linesOfSections names;

  toLines = lines: concatStringsSep "" (map (line: "${line}\n") lines);
in
{
  /**
    The text of a configuration, or of a part of it.

    An attribute set is a section, a list of them as many sections of that name, everything else a
    parameter; null is left out. `type` means `@type` in the sections of plugins. The argument of a
    section is its `_arg`, and that of `filter` and `match` otherwise their `tag` (`**` by default, and
    nothing where `_arg` is null).

    # Inputs
    set: the parameters and sections at the root

    # Type
    toConf :: { ... } -> string

    # Example
    toConf { match = { tag = "log.**"; type = "stdout"; }; }
    => "<match log.**>\n  @type stdout\n</match>\n"
  */
  toConf = set: toLines (bodyLines "" "" set);

  /**
    The text of one section.

    # Type
    toSection :: name -> { ... } -> string
  */
  toSection =
    name: set:
    toLines (sectionLines "" name set);
}
