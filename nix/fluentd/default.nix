/**
  fluentd configurations: text from data, by the rules of fluentd's v1 configuration parser.

  A value is written as it is wherever the parser reads it back unchanged, and in double quotes
  otherwise; nothing in it is ever run as Ruby. What the parser cannot read is refused, with the
  path of the value, which each function takes first; `readImage` takes what precedes it, `context`.
*/
let
  conf = import ./conf.nix;
  image = import ./image.nix;
  values = import ./values.nix;
  rules = import ../rules/primitives.nix;
  message = import ../rules/message.nix;

  inherit (rules) fluentd firstOf within;

  unless = found: made: if found == null then made else throw (message "" found);

  checkParts =
    path: parts: definition:
    if definition == null then null else within path (fluentd.checkParts parts definition);
in
{
  toArgument = path: value: unless (fluentd.checkArgument path value) (values.toArgument value);

  toConf = path: set: unless (fluentd.checkSection path "" set) (conf.toConf set);

  toName = path: section: name: unless (fluentd.checkName path section name) (values.toName name);

  toSection =
    path: name: set:
    unless (fluentd.checkSection path name set) (conf.toSection name set);

  toValue = path: value: unless (fluentd.checkValue path value) (values.toValue value);

  readImage =
    {
      context,
      services,
      fluentd,
    }:
    let
      checkService =
        service:
        checkParts "${context}services.${service.name}.fluentd" [
          "source"
          "filters"
        ] service.fluentd;
      found = firstOf (
        map checkService services ++ [ (checkParts "${context}fluentd" [ "outputs" "labels" ] fluentd) ]
      );
    in
    unless found (image.readImage { inherit fluentd services; });
}
