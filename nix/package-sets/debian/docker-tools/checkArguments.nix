/**
  Refuse what nixpkgs' `dockerTools` can do and this set cannot, each with a reason.
*/
{
  function,
  name,
  compressor,
  includeNixDB,
  refused ? { },
}:
let
  refuse =
    argument: reason: throw "dockerTools.${function}: image ${name}: ${argument}: ${reason}";
in
if compressor != "none" then
  refuse "compressor" "expected \"none\", got ${builtins.toJSON compressor}; the archive is never compressed here, but the layers of the image's attribute `oci` are"
else if includeNixDB then
  refuse "includeNixDB" "this package set has no Nix to make the database with"
else
  builtins.all (argument: refuse argument refused.${argument}) (
    builtins.attrNames refused
  )
