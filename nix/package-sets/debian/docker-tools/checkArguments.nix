/**
  Refuse what nixpkgs' `dockerTools` can do and this set cannot, each with a reason, and what no
  engine loads: names (reference.go of the distribution project; upper-case letters become
  lower-case ones), owners, and values of the configuration and of annotations.
*/
{
  function,
  name,
  tag,
  annotations,
  architecture,
  config,
  compressor,
  gid,
  includeNixDB,
  uid,
  refused ? { },
}:
let
  inherit (builtins)
    all
    attrNames
    attrValues
    filter
    head
    isAttrs
    isInt
    isString
    match
    ;

  rules = import ../../../rules;

  refuse =
    argument: reason: throw "dockerTools.${function}: image ${name}: ${argument}: ${reason}";

  host = "([A-Za-z0-9-]+([.][A-Za-z0-9-]+)*(:[0-9]+)?/)?";
  component = "[A-Za-z0-9]+(([._]|__|-+)[A-Za-z0-9]+)*";

  unmet = rules.imageConfig (if config == null then { } else config);

  toOwner = argument: given: {
    inherit argument given;
    right = isInt given && given >= 0 && given < 4294967295;
    expected = "a whole number from 0 to 4294967294";
  };

  checked = [
    {
      argument = "name";
      right = match "${host}${component}(/${component})*" name != null;
      expected = "a repository's name, such as team/image";
      given = name;
    }
    {
      argument = "tag";
      right = tag == null || match "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}" tag != null;
      expected = "1 to 128 letters, digits, underscores, dots and dashes, no dot or dash first";
      given = tag;
    }
    {
      argument = "config${unmet.path or ""}";
      right = unmet == null;
      expected = unmet.expected or unmet;
      given = unmet.given or config;
      remedy = unmet.remedy or null;
    }
    {
      argument = "annotations";
      right = isAttrs annotations && all isString (attrValues annotations);
      expected = "a set of strings";
      given = annotations;
    }
    {
      argument = "architecture";
      right = isString architecture && match "[a-z0-9]+" architecture != null;
      expected = "an architecture as Go names it, such as amd64";
      given = architecture;
    }
    (toOwner "uid" uid)
    (toOwner "gid" gid)
  ];

  wrong = filter (check: !check.right) checked;
in
if wrong != [ ] then
  refuse (head wrong).argument "expected ${(head wrong).expected}, got ${rules.show (head wrong).given}${
    if (head wrong).remedy or null == null then "" else "\n  ${(head wrong).remedy}"
  }"
else if compressor != "none" then
  refuse "compressor" "expected \"none\", got ${rules.show compressor}; the archive is never compressed here, but the layers of the image's attribute `oci` are"
else if includeNixDB then
  refuse "includeNixDB" "this package set has no Nix to make the database with"
else
  all (argument: refuse argument refused.${argument}) (attrNames refused)
