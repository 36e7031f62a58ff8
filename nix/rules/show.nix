/**
  A value as Nix writes it, as far as it can be shown in a message.
*/
let
  show =
    value:
    if builtins.isString value then
      builtins.toJSON (builtins.unsafeDiscardStringContext value)
    else if builtins.isList value then
      "[ ${builtins.concatStringsSep " " (map show value)} ]"
    else if builtins.isAttrs value then
      "a set"
    else if builtins.isFunction value then
      "a function"
    else if isNull value then
      "null"
    else if builtins.isBool value then
      (if value then "true" else "false")
    else
      toString value;
in
show
