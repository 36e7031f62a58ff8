/**
  A folder of links, given as a list of `{ name, path }` or as a set of paths by name.
*/
{ lib, runCommand }:
name: entries:
let
  byName =
    if builtins.isList entries then
      lib.listToAttrs (map ({ name, path }: lib.nameValuePair name path) entries)
    else
      entries;

  link = name: path: ''
    mkdir -p "$(dirname -- ${lib.escapeShellArg name})"
    ln -s -- ${lib.escapeShellArg "${path}"} ${lib.escapeShellArg name}
  '';
in
runCommand name { passthru.entries = byName; } ''
  mkdir -p "$out"
  cd "$out"
  ${lib.concatStrings (lib.mapAttrsToList link byName)}
''
