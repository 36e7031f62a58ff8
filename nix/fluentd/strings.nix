/**
  How fluentd's configuration parser reads strings: what it takes plain, and how to quote the rest.

  Nix matches regular expressions recursively, so that a long string would exhaust its stack: the
  only one here matches a character at a time.
*/
let
  inherit (builtins)
    all
    elem
    fromJSON
    genList
    isList
    replaceStrings
    split
    stringLength
    substring
    ;

  # The characters of an ASCII string.
  charactersOf = text: genList (n: substring n 1 text) (stringLength text);

  # The text of a JSON string, for characters that are not fit for a source file.
  unescape = escape: fromJSON ''"${escape}"'';

  digits = charactersOf "0123456789";
  letters = charactersOf "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  # 0x01 to 0x1f and 0x7f; a string of Nix cannot hold 0x00, and newer Nix stops at its escape.
  controls = map (code: unescape "\\u00${code}") (
    map (low: "0${low}") (charactersOf "123456789abcdef")
    ++ map (low: "1${low}") (charactersOf "0123456789abcdef")
    ++ [ "7f" ]
  );

  isWithout =
    texts:
    let
      nothing = map (_: "") texts;
    in
    text: replaceStrings texts nothing text == text;
  isMadeOf =
    chars:
    let
      nothing = map (_: "") chars;
    in
    text: replaceStrings chars nothing text == "";

  first = substring 0 1;
  endsWithSpace = text: text != "" && substring (stringLength text - 1) 1 text == " ";

  # The n-th byte of a character, given as a JSON escape.
  byte = n: escape: substring n 1 (unescape escape);

  # A character of several bytes (RFC 3629, section 4), or else a byte that has no place in UTF-8.
  multibyte =
    let
      low = byte 1 "\\u0080";
      high = byte 1 "\\u00bf";
      tail = "[${low}-${high}]";
      character = builtins.concatStringsSep "|" [
        "[${byte 0 "\\u0080"}-${byte 0 "\\u07ff"}]${tail}"
        "${byte 0 "\\u0800"}[${byte 1 "\\u00a0"}-${high}]${tail}"
        "[${byte 0 "\\u1000"}-${byte 0 "\\ucfff"}${byte 0 "\\ue000"}-${byte 0 "\\uffff"}]${tail}${tail}"
        "${byte 0 "\\ud7ff"}[${low}-${byte 1 "\\u009f"}]${tail}"
        "${byte 0 "\\ud800\\udc00"}[${byte 1 "\\u0090"}-${high}]${tail}${tail}"
        "[${byte 0 "\\ud8c0\\udc00"}-${byte 0 "\\udbbf\\udfff"}]${tail}${tail}${tail}"
        "${byte 0 "\\udbc0\\udc00"}[${low}-${byte 1 "\\u008f"}]${tail}${tail}"
      ];
    in
    "(${character})|([^${unescape "\\u0001"}-${unescape "\\u007f"}])";

  escape =
    replaceStrings
      [
        "\\"
        "\""
        "\n"
        "\r"
        "\t"
        (unescape "\\f")
        (unescape "\\b")
        "#{"
      ]
      [
        "\\\\"
        "\\\""
        "\\n"
        "\\r"
        "\\t"
        "\\f"
        "\\b"
        "\\#{"
      ];

  hexDigits = charactersOf "0123456789abcdef";
  hex = number: builtins.elemAt hexDigits number;
  hexByte = number: "${hex (number / 16)}${hex (number - number / 16 * 16)}";

  # The bytes of characters beyond ASCII, by their numbers: in what continues one, then in what begins
  # one of two, three and four bytes.
  bytesBeyondAscii =
    let
      numbered = start: escapes: genList (n: {
        name = hexByte (start + n);
        value = builtins.elemAt escapes n;
      }) (builtins.length escapes);
      continuing = genList (n: byte 1 "\\u00${hexByte (128 + n)}") 64;
      ofTwo = genList (n: byte 0 "\\u0${hex ((n + 2) / 4)}${hexByte ((n + 2) * 64 - (n + 2) / 4 * 256)}") 30;
      ofThree = [ (byte 0 "\\u0800") ] ++ genList (n: byte 0 "\\u${hex (n + 1)}000") 15;
      ofFour = map (high: byte 0 "\\u${high}\\udc00") [
        "d800"
        "d8c0"
        "d9c0"
        "dac0"
        "dbc0"
      ];
    in
    builtins.listToAttrs (
      numbered 128 continuing ++ numbered 194 ofTwo ++ numbered 224 ofThree ++ numbered 240 ofFour
    );

  isPlainAnywhere = isWithout controls;
  hasNoComment = isWithout [ " #" ];
  hasNoBracket = isWithout [
    "#"
    "<"
    ">"
  ];
  isOfNameCharacters = isMadeOf (digits ++ letters ++ charactersOf "_$./:*+-");
  isOfIdentifierCharacters = isMadeOf (digits ++ letters ++ charactersOf "_'-");
  isOfSectionCharacters = isMadeOf (digits ++ letters ++ [ "_" ]);
in
{
  /**
    Whether Nix takes the string for an attribute's name without quotes.
  */
  isIdentifier =
    text: isOfIdentifierCharacters text && elem (first text) (letters ++ [ "_" ]);

  /**
    Whether the string is valid UTF-8; the parser rejects a whole file that is not.
  */
  isUtf8 =
    text: all (part: !isList part || builtins.elemAt part 1 == null) (split multibyte text);

  /**
    Whether the parser reads the text after a parameter's name back as it stands.
  */
  isPlainValue =
    text:
    text != ""
    && !elem (first text) (charactersOf "\"'[{# ")
    && !endsWithSpace text
    && hasNoComment text
    && isPlainAnywhere text;

  /**
    Whether the parser reads the argument of a section back as it stands.
  */
  isPlainArgument =
    text:
    !elem (first text) (charactersOf "\"' ")
    && !endsWithSpace text
    && hasNoBracket text
    && isPlainAnywhere text;

  /**
    Whether the parser reads the name of a parameter (without `@`) back as it stands.
  */
  isPlainName = text: text != "include" && isOfNameCharacters text;

  /**
    Whether the string can name a variable of an environment.
  */
  isVariableName =
    text: text != "" && isOfSectionCharacters text && !elem (first text) digits;

  /**
    Whether the string can name a section.
  */
  isSectionName = text: text != "" && isOfSectionCharacters text;

  /**
    The text of ASCII with every other byte as Ruby escapes it in double quotes.
  */
  escapeBytes = replaceStrings (builtins.attrValues bytesBeyondAscii) (
    map (number: "\\x${number}") (builtins.attrNames bytesBeyondAscii)
  );

  /**
    The string as it stands within double quotes, where `#{` would otherwise begin Ruby code.
  */
  inherit escape;

  /**
    The string in double quotes.
  */
  quote = text: "\"${escape text}\"";
}
