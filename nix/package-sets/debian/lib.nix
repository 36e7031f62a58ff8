/**
  The part of nixpkgs' `lib` that this set, the image library and packages.nix may use, with the
  same names and the same meaning; docs/package-sets.md lists it.
*/
let
  inherit (builtins)
    attrNames
    elemAt
    filter
    isAttrs
    isList
    length
    listToAttrs
    replaceStrings
    stringLength
    substring
    ;

  lib = {
    inherit (builtins)
      add
      all
      any
      attrNames
      attrValues
      catAttrs
      compareVersions
      concatLists
      concatMap
      concatStringsSep
      deepSeq
      elem
      elemAt
      filter
      foldl'
      genList
      groupBy
      hasAttr
      head
      isAttrs
      isBool
      isInt
      isList
      isPath
      isString
      length
      lessThan
      listToAttrs
      mapAttrs
      partition
      pathExists
      readFile
      replaceStrings
      seq
      sort
      splitVersion
      stringLength
      substring
      tail
      ;

    assertMsg = condition: message: condition || throw message;

    attrByPath =
      path: default: set:
      if path == [ ] then
        set
      else if isAttrs set && set ? ${lib.head path} then
        lib.attrByPath (lib.tail path) default set.${lib.head path}
      else
        default;

    concatLines = lib.concatMapStrings (line: "${line}\n");

    concatMapAttrs = f: set: lib.mergeAttrsList (lib.attrValues (lib.mapAttrs f set));

    concatMapStrings = f: list: lib.concatStrings (map f list);

    concatMapStringsSep =
      separator: f: list:
      lib.concatStringsSep separator (map f list);

    concatStrings = lib.concatStringsSep "";

    const = value: _: value;

    drop =
      number: list:
      lib.genList (index: elemAt list (index + number)) (lib.max 0 (length list - number));

    escape = characters: replaceStrings characters (map (character: "\\${character}") characters);

    escapeShellArg =
      argument:
      let
        string = toString argument;
      in
      if builtins.match "[[:alnum:],._+:@%/-]+" string == null then
        "'${replaceStrings [ "'" ] [ "'\\''" ] string}'"
      else
        string;

    escapeShellArgs = lib.concatMapStringsSep " " lib.escapeShellArg;

    filterAttrs =
      predicate: set:
      removeAttrs set (filter (name: !predicate name set.${name}) (attrNames set));

    findFirst =
      predicate: default: list:
      let
        found = filter predicate list;
      in
      if found == [ ] then default else lib.head found;

    fix =
      f:
      let
        result = f result;
      in
      result;

    flatten = value: if isList value then lib.concatMap lib.flatten value else [ value ];

    foldr =
      f: initial: list:
      lib.foldl' (accumulated: value: f value accumulated) initial (lib.reverseList list);

    forEach = list: f: map f list;

    functionArgs =
      value:
      if value ? __functor then
        value.__functionArgs or (lib.functionArgs (value.__functor value))
      else
        builtins.functionArgs value;

    genAttrs = names: f: listToAttrs (map (name: lib.nameValuePair name (f name)) names);

    getAttrFromPath =
      path: set:
      lib.foldl' (inner: name: inner.${name}) set path;

    getBin = lib.getOutput "bin";

    getExe =
      package: "${lib.getBin package}/bin/${package.meta.mainProgram or (lib.getName package)}";

    getExe' = package: program: "${lib.getBin package}/bin/${program}";

    getName =
      package:
      let
        nameOf = name: (builtins.parseDrvName name).name;
      in
      if builtins.isString package then nameOf package else package.pname or (nameOf package.name);

    getOutput =
      output: package:
      if package.outputSpecified or false then
        package
      else
        package.${output} or package.out or package;

    hasInfix = infix: string: length (lib.splitString infix string) > 1;

    hasPrefix = prefix: string: substring 0 (stringLength prefix) string == prefix;

    hasSuffix =
      suffix: string:
      let
        start = stringLength string - stringLength suffix;
      in
      start >= 0 && substring start (-1) string == suffix;

    id = value: value;

    imap0 = f: list: lib.genList (index: f index (elemAt list index)) (length list);

    imap1 = f: lib.imap0 (index: f (index + 1));

    importJSON = file: builtins.fromJSON (builtins.readFile file);

    init = list: lib.genList (elemAt list) (length list - 1);

    isDerivation = value: isAttrs value && value.type or null == "derivation";

    isFunction =
      value:
      builtins.isFunction value
      || value ? __functor && lib.isFunction (value.__functor value);

    last = list: elemAt list (length list - 1);

    lowerChars = lib.stringToCharacters "abcdefghijklmnopqrstuvwxyz";

    makeBinPath = packages: lib.makeSearchPath "bin" (map lib.getBin packages);

    makeSearchPath =
      folder: paths:
      lib.concatMapStringsSep ":" (path: "${path}/${folder}") (filter (path: path != null) paths);

    mapAttrs' =
      f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));

    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);

    max = a: b: if a > b then a else b;

    mergeAttrsList = lib.foldl' (merged: set: merged // set) { };

    min = a: b: if a < b then a else b;

    nameValuePair = name: value: { inherit name value; };

    optional = condition: value: if condition then [ value ] else [ ];

    optionalAttrs = condition: set: if condition then set else { };

    optionals = condition: list: if condition then list else [ ];

    optionalString = condition: string: if condition then string else "";

    pipe = lib.foldl' (value: f: f value);

    range = first: final: lib.genList (index: first + index) (lib.max 0 (final - first + 1));

    recursiveUpdate =
      old: new:
      old
      // lib.mapAttrs (
        name: value:
        if isAttrs value && isAttrs (old.${name} or null) then
          lib.recursiveUpdate old.${name} value
        else
          value
      ) new;

    remove = unwanted: filter (value: value != unwanted);

    removePrefix =
      prefix: string:
      if lib.hasPrefix prefix string then substring (stringLength prefix) (-1) string else string;

    removeSuffix =
      suffix: string:
      if lib.hasSuffix suffix string then
        substring 0 (stringLength string - stringLength suffix) string
      else
        string;

    replicate = number: value: lib.genList (_: value) number;

    reverseList =
      list: lib.genList (index: elemAt list (length list - index - 1)) (length list);

    singleton = value: [ value ];

    splitString =
      separator: string:
      let
        # A split string has lost the context of the whole.
        restoreContext = part: substring 0 0 string + part;
        escapeRegex = lib.escape (lib.stringToCharacters "\\[{()^$?*+|.");
      in
      map restoreContext (
        filter builtins.isString (builtins.split (escapeRegex (toString separator)) (toString string))
      );

    stringToCharacters =
      string: lib.genList (index: substring index 1 string) (stringLength string);

    sublist =
      start: number: list:
      lib.genList (index: elemAt list (start + index)) (
        lib.max 0 (lib.min number (length list - start))
      );

    subtractLists = unwanted: filter (value: !builtins.elem value unwanted);

    take = number: lib.sublist 0 number;

    throwIf = condition: message: value: if condition then throw message else value;

    throwIfNot = condition: lib.throwIf (!condition);

    toList = value: if isList value then value else [ value ];

    toJSON = import ../../toJson.nix;

    toLower = replaceStrings lib.upperChars lib.lowerChars;

    toUpper = replaceStrings lib.lowerChars lib.upperChars;

    unique = lib.foldl' (seen: value: if builtins.elem value seen then seen else seen ++ [ value ]) [ ];

    upperChars = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    warn = builtins.warn or (message: builtins.trace "evaluation warning: ${message}");
  };
in
lib
