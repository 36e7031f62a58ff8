/**
  JSON in the same bytes from every Nix: of a string with a backspace or a form feed Nix 2.8 writes
  `\u0008` and `\u000c`, newer ones `\b` and `\f`. Floats are not alike.

  # Type
  toJson :: value -> string

  # Example
  toJson [ "a" 1 ]
  => "[\"a\",1]"
*/
value:
builtins.replaceStrings
  [
    "\\\\"
    "\\b"
    "\\f"
  ]
  [
    "\\\\"
    "\\u0008"
    "\\u000c"
  ]
  (builtins.toJSON value)
