/**
  What fluentd's configuration parser cannot read, found in the data of a definition. Facts about
  the parser: docs/fluentd.md. nixgen/definitions/fluentd_checks.py is the same for Python.
*/
{
  below,
  firstOf,
  problem,
  strings,
  table,
  words,
}:
let
  inherit (builtins)
    any
    attrNames
    concatStringsSep
    elem
    elemAt
    filter
    genList
    isAttrs
    isFloat
    isInt
    isList
    isPath
    isString
    length
    replaceStrings
    substring
    ;

  parts = [
    "source"
    "filters"
    "outputs"
  ];

  # `said` is what was given, where words say it better than the value.
  wrong =
    path: sentence: given:
    problem path (words table.sentences.${sentence}.expected) given;
  wrongSaid =
    path: sentence: said:
    wrong path sentence null // { inherit said; };

  is = kind: name: elem name table.fluentdSections.${kind};

  isSection = value: isAttrs value && !(value ? outPath) && !(value ? __toString);
  isNix = value: isPath value || (isAttrs value && !isSection value);

  pluginOf =
    section: if section.type or null == null then section."@type" or null else section.type;

  items =
    path: check: list:
    firstOf (genList (index: check "${path}[${toString index}]" (elemAt list index)) (length list));

  checkSource =
    path: source:
    if !isSection source then
      wrong path "fluentdSection" source
    else if pluginOf source == "stdout" && source ? path then
      wrong (below path "path") "fluentdPath" source.path
    else
      checkSection path "source" source;

  checkPlugins =
    section: path: plugins:
    let
      checkPlugin =
        item: plugin:
        if !isSection plugin then
          wrong item "fluentdSection" plugin
        else if pluginOf plugin == null then
          wrongSaid (below item "type") "fluentdPlugin" "none"
        else
          checkSection item section plugin;
    in
    if isList plugins then
      items path checkPlugin plugins
    else
      wrong path "fluentdPlugins" plugins;

  # The parameters of a section of that name; the root has the empty name.
  checkSection =
    path: section: set:
    let
      isGiven = name: set.${name} or null != null;
      argument = if is "tagged" section && !(set ? _arg) then "tag" else "_arg";
      checkParameter =
        name:
        if name == argument then
          checkArgument (below path name) set.${name}
        else
          checkMember (below path name) section name set.${name};
    in
    if is "plugins" section && isGiven "type" && isGiven "@type" then
      wrongSaid path "fluentdTypes" "both"
    else
      firstOf (map checkParameter (filter isGiven (attrNames set)));

  checkArgument =
    path: value:
    if isInt value || isString value || isNix value then
      checkValue "fluentdValue" path value
    else
      wrong path "fluentdArgument" value;

  checkMember =
    path: section: name: value:
    let
      fluentdName = if name == "type" && is "plugins" section then "@type" else name;
    in
    if isSection value then
      checkNamedSection name path value
    else if isList value && any isSection value then
      if builtins.all isSection value then
        items path (checkNamedSection name) value
      else
        wrongSaid path "fluentdMixed" "a mixed list"
    else
      firstOf [
        (checkName path section fluentdName)
        (checkValue "fluentdValue" path value)
      ];

  checkNamedSection =
    name: path: set:
    if strings.isSectionName name then
      checkSection path name set
    else
      wrong path "fluentdSectionName" name;

  # The name of a parameter in a section.
  checkName =
    path: section: name:
    if name == "" then
      wrongSaid path "fluentdParameterName" "an empty name"
    else if name == "@include" then
      wrongSaid path "fluentdParameterName" "the directive @include"
    else if substring 0 1 name == "@" && is "strict" section && !is "builtInNames" name then
      wrong path "fluentdBuiltInName" name
    else if !strings.isUtf8 name then
      wrongSaid path "fluentdUtf8" "other bytes"
    else
      null;

  # The value of a parameter: a scalar, or a list of them.
  checkValue =
    sentence: path: value:
    if isList value then
      items path (checkValue "fluentdItem") value
    else if isString value || isNix value then
      if strings.isUtf8 "${value}" then null else wrongSaid path "fluentdUtf8" "other bytes"
    else if isFloat value then
      if value - value == 0 then null else wrong path "fluentdNumber" value
    else if value == null || isInt value || builtins.isBool value then
      null
    else
      wrong path sentence value;

  checkPart =
    allowed: definition: part:
    let
      value = definition.${part} or null;
      path = ".${part}";
      check = {
        source = checkSource;
        filters = checkPlugins "filter";
        outputs = checkPlugins "match";
      };
      refusal = wrong path "fluentdPart" value;
    in
    if value == null || value == [ ] && part != "source" then
      null
    else if elem part allowed then
      check.${part} path value
    else
      refusal
      // {
        expected = replaceStrings [ "{parts}" ] [ (concatStringsSep " and " allowed) ] refusal.expected;
      };
in
{
  inherit
    checkArgument
    checkName
    checkSection
    isSection
    pluginOf
    ;

  checkValue = checkValue "fluentdValue";

  /**
    What is wrong with { source, filters, outputs }, of which these parts are allowed.
  */
  checkParts =
    allowed: definition:
    if !isSection definition || removeAttrs definition parts != { } then
      wrong "" "fluentdParts" definition
    else
      firstOf (map (checkPart allowed definition) parts);
}
