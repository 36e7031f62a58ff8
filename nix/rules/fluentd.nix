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
    head
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
    "labels"
  ];

  # `said` is what was given, where words say it better than the value.
  wrong =
    path: sentence: given:
    problem path (words table.sentences.${sentence}.expected) given;
  wrongSaid =
    path: sentence: said:
    wrong path sentence null // { inherit said; };

  is = kind: name: elem name table.fluentdSections.${kind};

  isText = value: isAttrs value && (value ? outPath || value ? __toString);
  isMarked = mark: value: isAttrs value && value ? ${mark} && !isText value;
  isVariable = isMarked "_env";
  isJson = isMarked "_json";
  isSection = value: isAttrs value && !isText value && !isVariable value && !isJson value;
  isNix = value: isPath value || isText value;

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

  checkLabels =
    path: labels:
    let
      isName = name: substring 0 1 name == "@" && name != "@" && name != "@ROOT";
      checkLabel =
        name:
        let
          place = below path name;
          label = labels.${name};
        in
        if !isName name then
          wrong place "fluentdLabelName" name
        else if !strings.isUtf8 name then
          wrongSaid place "fluentdUtf8" "other bytes"
        else if !isSection label || removeAttrs label labelParts != { } then
          wrong place "fluentdLabel" label
        else
          firstOf [
            (checkPlugins "filter" "${place}.filters" (label.filters or [ ]))
            (checkPlugins "match" "${place}.outputs" (label.outputs or [ ]))
          ];
    in
    if isSection labels then
      firstOf (map checkLabel (attrNames labels))
    else
      wrong path "fluentdLabels" labels;

  labelParts = [
    "filters"
    "outputs"
  ];

  # The labels that sections lead to, each { path, name }, in sections of that name.
  usesOf =
    path: section: value:
    let
      usesOfMember =
        name:
        let
          place = below path name;
          member = value.${name};
        in
        if name == "@label" && is "plugins" section && isString member then
          [ { path = place; name = member; } ]
        else
          usesOf place name member;
    in
    if isSection value then
      builtins.concatMap usesOfMember (attrNames value)
    else if isList value then
      builtins.concatLists (
        genList (index: usesOf "${path}[${toString index}]" section (elemAt value index)) (length value)
      )
    else
      [ ];

  usesOfParts =
    path: definition:
    let
      of = part: definition.${part} or null;
    in
    usesOf "${path}.source" "source" (of "source")
    ++ usesOf "${path}.filters" "filter" (of "filters")
    ++ usesOf "${path}.outputs" "match" (of "outputs")
    ++ builtins.concatMap (name: usesOfParts (below "${path}.labels" name) definition.labels.${name}) (
      attrNames (if of "labels" == null then { } else definition.labels)
    );

  # The parameters of a section of that name; the root has the empty name.
  checkSection =
    path: section: set:
    let
      hasNoStore = is "storing" (pluginOf set) && (set.store or null == null || set.store == [ ]);
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
    else if section == "store" && pluginOf set == null then
      wrongSaid (below path "type") "fluentdPlugin" "none"
    else if is "outputs" section && hasNoStore then
      wrongSaid (below path "store") "fluentdStores" "none"
    else
      firstOf (map checkParameter (filter isGiven (attrNames set)));

  checkArgument =
    path: value:
    if isInt value || isString value || isNix value || isVariable value then
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
    else if isVariable value then
      checkVariable path value
    else if isJson value && sentence == "fluentdValue" then
      checkJson path value
    else if isString value || isNix value then
      if strings.isUtf8 "${value}" then null else wrongSaid path "fluentdUtf8" "other bytes"
    else if isFloat value then
      if value - value == 0 then null else wrong path "fluentdNumber" value
    else if value == null || isInt value || builtins.isBool value then
      null
    else
      wrong path sentence value;

  # Nothing but these stands in the set that has the first of them.
  checkMarks =
    path: marks: value:
    let
      others = attrNames (removeAttrs value marks);
      refusal = wrong (below path (head others)) "fluentdMarked" value.${head others};
    in
    if others == [ ] then
      null
    else
      refusal // { expected = replaceStrings [ "{mark}" ] [ (head marks) ] refusal.expected; };

  # What is read from the environment when fluentd starts.
  checkVariable =
    path: value:
    let
      default = value._default or null;
      given = below path "_default";
    in
    firstOf [
      (checkMarks path [ "_env" "_default" ] value)
      (
        if isString value._env && strings.isVariableName value._env then
          null
        else
          wrong (below path "_env") "fluentdVariable" value._env
      )
      (
        if isList default || isVariable default || isJson default then
          wrong given "fluentdDefault" default
        else
          checkValue "fluentdDefault" given default
      )
    ];

  checkJson =
    path: value:
    firstOf [
      (checkMarks path [ "_json" ] value)
      (
        if isSection value._json || isList value._json then
          checkJsonItem (below path "_json") value._json
        else
          wrong (below path "_json") "fluentdJson" value._json
      )
    ];

  checkJsonItem =
    path: value:
    let
      checkAttribute =
        name:
        if strings.isUtf8 name then
          checkJsonItem (below path name) value.${name}
        else
          wrongSaid (below path name) "fluentdUtf8" "other bytes";
    in
    if isSection value then
      firstOf (map checkAttribute (attrNames value))
    else if isList value then
      items path checkJsonItem value
    else
      checkValue "fluentdItem" path value;

  checkPart =
    allowed: definition: part:
    let
      value = definition.${part} or null;
      path = ".${part}";
      check = {
        source = checkSource;
        filters = checkPlugins "filter";
        outputs = checkPlugins "match";
        labels = checkLabels;
      };
      refusal = wrong path "fluentdPart" value;
    in
    if value == null || value == [ ] && elem part labelParts then
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
    isJson
    isSection
    isVariable
    pluginOf
    usesOfParts
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
