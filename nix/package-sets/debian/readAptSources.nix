/**
  The sources in a file of apt's, in its one-line or its deb822 format (sources.list(5)).

  Left out are those that are switched off, have source packages alone, or that Nix cannot fetch
  from: another scheme than HTTP and HTTPS, or a password, which everyone could read in the store.

  # Type

      readAptSources :: Path -> [{ uris :: [String], suites :: [String], components :: [String] }]
*/
{ lib }:
file:
let
  isFilled = text: builtins.match "[[:space:]]*" text == null;

  toWords = text: lib.filter isFilled (lib.filter lib.isString (builtins.split "[[:space:]]+" text));

  toLines = path: lib.splitString "\n" (builtins.readFile path);

  withoutComment = line: lib.head (lib.splitString "#" line);

  canBeFetched = uri: builtins.match "https?://[^@]+" uri != null;

  # A list of mirrors in a file, as images for clouds have it: apt-transport-mirror(1).
  toMirrors =
    uri:
    let
      list = /. + lib.removePrefix "mirror+file:" uri;
    in
    if lib.hasPrefix "mirror+file:/" uri && builtins.pathExists list then
      lib.concatMap (line: lib.take 1 (toWords (withoutComment line))) (toLines list)
    else
      [ uri ];

  toSource = types: uris: suites: components: {
    inherit components suites;
    uris = if lib.elem "deb" types then lib.filter canBeFetched (lib.concatMap toMirrors uris) else [ ];
  };

  # deb [options] URI SUITE COMPONENT...
  fromLine =
    line:
    let
      parts = builtins.match "[[:space:]]*(deb)[[:space:]]+(\\[[^]]*])?[[:space:]]*(.*)" line;
      words = toWords (lib.elemAt parts 2);
    in
    if parts == null || builtins.length words < 2 then
      [ ]
    else
      [
        (toSource [ "deb" ] [ (lib.head words) ] [ (lib.elemAt words 1) ] (lib.drop 2 words))
      ];

  toField =
    line:
    let
      parts = builtins.match "([A-Za-z-]+):(.*)" line;
    in
    if parts == null then
      [ ]
    else
      [
        {
          name = lib.toLower (lib.head parts);
          value = toWords (lib.elemAt parts 1);
        }
      ];

  # A line that begins with a space continues the one before it.
  joined =
    lines:
    lib.splitString "\n" (
      builtins.replaceStrings [ "\n " "\n\t" ] [ " " " " ] (
        lib.concatStringsSep "\n" (lib.filter (line: !lib.hasPrefix "#" line) lines)
      )
    );

  fromParagraph =
    lines:
    let
      fields = builtins.listToAttrs (lib.concatMap toField lines);
      isOff = lib.elem (lib.toLower (lib.concatStringsSep " " (fields.enabled or [ ]))) [
        "no"
        "false"
        "off"
        "0"
        "disable"
        "without"
      ];
    in
    if isOff then
      [ ]
    else
      [
        (toSource (fields.types or [ ]) (fields.uris or [ ]) (fields.suites or [ ]) (
          fields.components or [ ]
        ))
      ];

  toParagraphs =
    lines:
    lib.foldl' (
      paragraphs: line:
      if isFilled line then
        lib.init paragraphs ++ [ (lib.last paragraphs ++ [ line ]) ]
      else
        paragraphs ++ [ [ ] ]
    ) [ [ ] ] lines;
in
if lib.hasSuffix ".list" (toString file) then
  lib.concatMap (line: fromLine (withoutComment line)) (toLines file)
else if lib.hasSuffix ".sources" (toString file) then
  lib.concatMap fromParagraph (
    lib.filter (lines: lines != [ ]) (toParagraphs (joined (toLines file)))
  )
else
  [ ]
