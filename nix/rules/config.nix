/**
  The rules for what container engines read from an image. Each gives null when the value keeps it,
  else what was expected: a string, or a set { path, expected, given } for a part of the value.

  Sources: the OCI image specification (config.md), the Docker image specification (v1.2), RFC 3339.
*/
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isInt
    isString
    match
    replaceStrings
    stringLength
    substring
    ;

  types = import ./types.nix;
  inherit (types)
    absolutePath
    bool
    firstUnmet
    isText
    listOf
    part
    rule
    string
    wholeNumber
    ;

  toLetters = letters: builtins.genList (index: substring index 1 letters) (stringLength letters);
  toLower = replaceStrings (toLetters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (
    toLetters "abcdefghijklmnopqrstuvwxyz"
  );

  # A set of any names, each of which `nameRule` allows, with values that `valueRule` allows.
  setOf =
    expected: nameRule: valueRule:
    firstUnmet [
      (rule isAttrs expected)
      (
        set:
        types.firstOf (
          concatMap (name: [
            (part ".${name}" nameRule name)
            (part ".${name}" valueRule set.${name})
          ]) (attrNames set)
        )
      )
    ];

  # A set of the names that have a rule. Null is as good as no value.
  keys =
    expected: rules:
    let
      near = name: filter (key: toLower key == toLower name) (attrNames rules);
      hint = name: if near name == [ ] then "" else " (did you mean ${head (near name)}?)";
      known =
        name:
        if rules ? ${name} then
          null
        else
          "one of ${concatStringsSep ", " (attrNames rules)}${hint name}";
    in
    firstUnmet [
      (rule isAttrs expected)
      (
        set:
        types.firstOf (
          map (
            name:
            if rules ? ${name} then
              part ".${name}" (types.optional rules.${name}) set.${name}
            else
              part ".${name}" known name
          ) (attrNames set)
        )
      )
    ];

  contains = part: text: replaceStrings [ part ] [ "" ] text != text;

  text = rule isText "a string";

  variable = rule (
    value:
    isText value && (!isString value || contains "=" value && substring 0 1 value != "=")
  ) "NAME=VALUE";

  isPort =
    name:
    let
      groups = match "([0-9]{1,5})(-([0-9]{1,5}))?(/(tcp|udp|sctp))?" name;
      # Zeros in front would be an octal number to some.
      isNumber = digits: digits == null || match "[1-9][0-9]*" digits != null && builtins.fromJSON digits < 65536;
    in
    groups != null && isNumber (head groups) && isNumber (builtins.elemAt groups 2);

  anySet = rule isAttrs "a set, which may be empty";

  largest = 9223372036854775807;

  millisecond = 1000000;

  duration = rule (
    value: isInt value && (value == 0 || value >= millisecond)
  ) "nanoseconds, 0 or a whole number from ${toString millisecond}";

  probe =
    value:
    let
      unmet = listOf text value;
      probes = [
        "NONE"
        "CMD"
        "CMD-SHELL"
      ];
    in
    if unmet != null then
      unmet
    else
      rule (test: test == [ ] || elem (head test) probes)
        "a list that begins with ${concatStringsSep ", " probes}"
        value;

  isTime =
    value:
    isString value
    && stringLength value < 64
    &&
      match "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])" value
      != null;

  configRules = {
    ArgsEscaped = bool;
    AttachStderr = bool;
    AttachStdin = bool;
    AttachStdout = bool;
    CpuShares = types.wholeNumberTo 0 largest;
    Cpuset = text;
    Domainname = text;
    Env = listOf variable;
    ExposedPorts = setOf "a set such as { \"80/tcp\" = { }; }" (
      rule isPort "a port such as \"80/tcp\""
    ) anySet;
    Healthcheck = self.healthCheck;
    Hostname = text;
    Image = text;
    Labels = self.labels;
    MacAddress = text;
    Memory = types.wholeNumberTo 0 largest;
    MemorySwap = types.wholeNumberTo (-1) largest;
    NetworkDisabled = bool;
    OnBuild = listOf text;
    OpenStdin = bool;
    Shell = listOf text;
    StdinOnce = bool;
    StopSignal = text;
    StopTimeout = wholeNumber 0;
    Tty = bool;
    User = text;
    Volumes = setOf "a set such as { \"/var/lib/data\" = { }; }" absolutePath anySet;
    WorkingDir = absolutePath;
  };

  self = {
    /**
      A time by RFC 3339, which `dockerTools` also takes as "now".
    */
    time = rule (value: value == "now" || isTime value) "a time such as 1970-01-01T00:00:01Z, or \"now\"";

    labels = setOf "a set of strings" string text;

    healthCheck = keys "a set with Test, Interval, Timeout, StartPeriod and Retries" {
      Interval = duration;
      Retries = wholeNumber 0;
      StartInterval = duration;
      StartPeriod = duration;
      Test = probe;
      Timeout = duration;
    };

    /**
      The configuration of an image that has a supervisor, which is what is started.
    */
    config = keys "a set" configRules;

    /**
      The configuration of any image. A variable without a value is one that engines know.
    */
    imageConfig = keys "a set" (
      configRules
      // {
        Cmd = listOf text;
        Entrypoint = listOf text;
        Env = listOf text;
      }
    );
  };
in
self
