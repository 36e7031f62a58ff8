/**
  Refuse what nixpkgs' `dockerTools` can do and this set cannot, each with a reason, and what no engine
  loads: names (reference.go of the distribution project; upper-case letters become lower-case ones)
  and values of the configuration.
*/
{
  function,
  name,
  tag,
  config,
  compressor,
  includeNixDB,
  refused ? { },
}:
let
  refuse =
    argument: reason: throw "dockerTools.${function}: image ${name}: ${argument}: ${reason}";

  host = "([A-Za-z0-9-]+([.][A-Za-z0-9-]+)*(:[0-9]+)?/)?";
  rules = import ../../../rules;

  unmet = rules.imageConfig (if config == null then { } else config);
  wrong =
    if builtins.isAttrs unmet then
      unmet
    else
      {
        path = "";
        expected = unmet;
        given = config;
      };

  component = "[A-Za-z0-9]+(([._]|__|-+)[A-Za-z0-9]+)*";
in
if builtins.match "${host}${component}(/${component})*" name == null then
  refuse "name" "expected a repository's name, such as team/image, got ${builtins.toJSON name}"
else if tag != null && builtins.match "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}" tag == null then
  refuse "tag" "expected 1 to 128 letters, digits, underscores, dots and dashes, no dot or dash first, got ${builtins.toJSON tag}"
else if unmet != null then
  refuse "config${wrong.path}" "expected ${wrong.expected}, got ${rules.show wrong.given}"
else if compressor != "none" then
  refuse "compressor" "expected \"none\", got ${builtins.toJSON compressor}; the archive is never compressed here, but the layers of the image's attribute `oci` are"
else if includeNixDB then
  refuse "includeNixDB" "this package set has no Nix to make the database with"
else
  builtins.all (argument: refuse argument refused.${argument}) (
    builtins.attrNames refused
  )
