/**
  Sections and parameters of a fluentd configuration from attribute sets.
*/
let
  inherit (builtins)
    all
    any
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
  inherit (values)
    below
    isSection
    mapElements
    refuse
    ;

  # The sections in which `type` names a plugin.
  pluginSections = [
    "buffer"
    "filter"
    "format"
    "match"
    "metrics"
    "parse"
    "secondary"
    "service_discovery"
    "source"
    "storage"
    "store"
  ];

  # The sections whose argument is a pattern of event tags.
  taggedSections = [
    "filter"
    "match"
  ];

  # Names that always stand for sections, so that an empty list of them is no parameter.
  sectionNames = pluginSections ++ [
    "label"
    "system"
    "worker"
  ];

  # What an attribute becomes: `parameter`, a text, or `sections`, a list of { path, set }.
  toMember =
    path: name: value:
    let
      toSection = path: set: { inherit path set; };
    in
    if isSection value then
      { sections = [ (toSection path value) ]; }
    else if isList value && all isSection value && (value != [ ] || elem name sectionNames) then
      { sections = mapElements path toSection value; }
    else if isList value && any isSection value then
      refuse path "a list of sets or a list without sets" "a mixed list"
    else
      { parameter = values.toValue path value; };

  # The attribute that gives a section's argument, and null when that is absent or null.
  argumentName =
    section: set:
    let
      name = if set ? _arg || !elem section taggedSections then "_arg" else "tag";
    in
    if set.${name} or null == null then null else name;

  toArgument =
    path: section: set:
    let
      name = argumentName section set;
    in
    if name != null then
      values.toArgument (below path name) set.${name}
    else if elem section taggedSections && !(set ? _arg) then
      "**"
    else
      "";

  sectionLines =
    indent: path: name: set:
    let
      argument = toArgument path name set;
      start = values.toSectionName path name + (if argument == "" then "" else " ${argument}");
    in
    [ "${indent}<${start}>" ] ++ bodyLines "${indent}  " path name set ++ [ "${indent}</${name}>" ];

  bodyLines =
    indent: path: section: set:
    let
      names = filter (
        name: set.${name} != null && name != "_arg" && name != argumentName section set
      ) (attrNames set);
      members = listToAttrs (
        map (name: {
          inherit name;
          value = toMember (below path name) name set.${name};
        }) names
      );
      parameters = filter (name: members.${name} ? parameter) names;
      isPlugin = elem section pluginSections;
      fluentdName = name: if isPlugin && name == "type" then "@type" else name;
      isType = name: fluentdName name == "@type";
      isBuiltIn = name: !isType name && substring 0 1 name == "@";
      isOther = name: !isType name && !isBuiltIn name;
      parameterLine =
        name:
        let
          written = values.toName (below path name) section (fluentdName name);
        in
        "${indent}${written} ${members.${name}.parameter}";
      linesOfSections =
        name: concatMap ({ path, set }: sectionLines indent path name set) members.${name}.sections or [ ];
    in
    if isPlugin && members ? type && members ? "@type" then
      refuse path "either type or @type" "both"
    else
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
    path: where the set comes from, for messages
    set: the parameters and sections at the root

    # Type
    toConf :: path -> { ... } -> string

    # Example
    toConf "" { match = { tag = "log.**"; type = "stdout"; }; }
    => "<match log.**>\n  @type stdout\n</match>\n"
  */
  toConf = path: set: toLines (bodyLines "" path "" set);

  /**
    The text of one section.

    # Type
    toSection :: path -> name -> { ... } -> string
  */
  toSection =
    path: name: set:
    toLines (sectionLines "" path name set);
}
