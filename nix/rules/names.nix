/**
  The rules for names. Each gives null when the name keeps it, else what was expected.

  Sources: the reference grammar of the distribution project (reference.go), the OCI distribution
  specification (tags), perpd(8) and /etc/perp (services).
*/
let
  inherit (builtins) match stringLength;

  component = "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*";

  # Room for the name in a tag of 128 characters, <commitId>-<outputSha>-<imageName>.
  imageNameLength = 128 - 40 - 32 - 2;
  serviceNameLength = 100;

  tooLong =
    longest: name:
    if stringLength name > longest then
      "at most ${toString longest} characters, got ${toString (stringLength name)} characters"
    else
      null;
in
{
  unmetImageNameRule =
    name:
    if match "${component}(/${component})*" name == null then
      "a repository name of a registry: lower-case letters and digits, joined by single dots, one or two underscores or dashes, in parts that slashes separate"
    else
      tooLong imageNameLength name;

  unmetImageTagRule =
    tag:
    if match "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}" tag == null then
      "a tag of 1 to 128 letters, digits, underscores, dots and dashes that does not begin with a dot or dash"
    else
      null;

  unmetServiceNameRule =
    name:
    if match "[A-Za-z0-9][A-Za-z0-9_.-]*" name == null then
      "a service name: a letter or digit, then letters, digits, underscores, dots and dashes"
    else
      tooLong serviceNameLength name;
}
