/**
  fluentd configurations: text from data, by the rules of fluentd's v1 configuration parser.

  A value is written as it is wherever the parser reads it back unchanged, and in double quotes
  otherwise; nothing in it is ever run as Ruby. What the parser cannot read is refused, with the
  path of the value.
*/
let
  conf = import ./conf.nix;
  image = import ./image.nix;
  values = import ./values.nix;
in
{
  inherit (conf) toConf toSection;
  inherit (image) readImage;
  inherit (values) toArgument toName toValue;
}
