/**
  Which files of a folder git would ignore, by the files .gitignore in it (gitignore(5)): the same on
  every machine, so neither a user's own excludes nor .git/info/exclude count.
*/
let
  inherit (builtins)
    all
    concatStringsSep
    elemAt
    filter
    foldl'
    genList
    head
    isList
    isString
    length
    match
    pathExists
    readFile
    replaceStrings
    split
    stringLength
    substring
    ;

  toLines = text: filter isString (split "\n" text);

  # "\" before a blank keeps it at the end of a line.
  withoutEnd =
    line:
    let
      cut = match "(.*[^ ]|)( +)" line;
    in
    if cut == null then
      line
    else if match ".*\\\\" (head cut) != null then
      "${head cut} "
    else
      head cut;

  escaped = [ "." "+" "(" ")" "{" "}" "|" "^" "$" "\\" "*" "?" "[" "]" ];
  escape = replaceStrings escaped (map (character: "\\${character}") escaped);

  # The words of a pattern: a class in brackets, a character behind a backslash, stars, another one.
  toWords =
    pattern:
    map head (filter isList (split "(\\[[]!^]?[]]?[^]]*]|\\\\.|\\*+|[^*])" pattern));

  toClass =
    word:
    let
      inner = substring 1 (stringLength word - 2) word;
      first = substring 0 1 inner;
      rest = substring 1 (-1) inner;
    in
    if first == "!" || first == "^" then "[^/${rest}]" else "[${inner}]";

  toExpression =
    word:
    let
      first = substring 0 1 word;
    in
    if first == "*" then
      "[^/]*"
    else if word == "?" then
      "[^/]"
    else if first == "[" && stringLength word > 2 then
      toClass word
    else if first == "\\" && stringLength word == 2 then
      escape (substring 1 1 word)
    else
      escape word;

  isPlain = text: match "[^*?[\\]*" text != null;

  # Two stars that are a whole part of the path stand for any number of parts. To git they also are
  # where nothing but plain text stands before them.
  joinParts =
    parts:
    let
      count = length parts;
      toPart =
        index:
        let
          part = elemAt parts index;
          isLast = index == count - 1;
          arePlain = all isPlain (genList (elemAt parts) index);
          stars = match (if arePlain then "([^*?[\\]*)\\*\\*+" else "()\\*\\*+") part;
          expression = concatStringsSep "" (map toExpression (toWords part));
        in
        if stars == null then
          expression + (if isLast then "" else "/")
        else
          escape (head stars) + (if isLast then ".*" else "(.*/)?");
    in
    concatStringsSep "" (genList toPart count);

  toRule =
    line:
    let
      negated = substring 0 1 line == "!";
      positive = if negated then substring 1 (-1) line else line;
      forFolders = match ".*/" positive != null;
      whole = if forFolders then substring 0 (stringLength positive - 1) positive else positive;
      anchored = match ".*/.*" whole != null;
      relative = if substring 0 1 whole == "/" then substring 1 (-1) whole else whole;
      parts = filter isString (split "/" relative);
    in
    {
      inherit forFolders negated;
      expression = (if anchored then "" else "(.*/)?") + joinParts parts;
    };

  isRule = line: line != "" && substring 0 1 line != "#" && line != "!" && line != "/";

  toRules = text: map toRule (filter isRule (map withoutEnd (toLines text)));

  # What the rules say of a path: null if nothing.
  decide =
    rules: type: path: said:
    foldl' (
      before: rule:
      if (!rule.forFolders || type == "directory") && match rule.expression path != null then
        !rule.negated
      else
        before
    ) said rules;

  # "a/b/c" lies in "", "a" and "a/b".
  foldersOf =
    path:
    let
      parts = filter isString (split "/" path);
    in
    genList (count: concatStringsSep "/" (genList (elemAt parts) count)) (length parts);
in
{
  inherit toRules;

  /**
    Whether rules ignore a path of a type, if they ignore none of the folders above.

    # Type

        isIgnored :: [Rule] -> String -> String -> Bool
  */
  isIgnored =
    rules: path: type:
    decide rules type path false;

  /**
    A function of a path below the root and of its type, as `builtins.path` calls a filter: whether
    git ignores it, if it ignores none of the folders above.

    # Type

        isIgnoredBelow :: Path -> String -> String -> Bool
  */
  isIgnoredBelow =
    root:
    let
      rulesOf =
        folder:
        let
          file = root + "/${folder}${if folder == "" then "" else "/"}.gitignore";
        in
        if pathExists file then toRules (readFile file) else [ ];
      ofRoot = rulesOf "";
    in
    path: type:
    foldl' (
      said: folder:
      let
        rules = if folder == "" then ofRoot else rulesOf folder;
        skipped = if folder == "" then 0 else stringLength folder + 1;
      in
      if rules == [ ] then said else decide rules type (substring skipped (-1) path) said
    ) false (foldersOf path);
}
