/**
  A folder with the Python package that speaks with registries, `nixgen.registry`, and what it
  needs: Python's standard library besides. It is the one that `nixgen push` uses.

  A project has it in the folder `python` beside this file. In a checkout of nixgen it lies where
  nixgen has it.
*/
let
  laid = ./python;
  root =
    if builtins.pathExists laid then
      laid
    else if builtins.pathExists ../../nixgen/registry then
      ../..
    else
      throw "${toString ./.}: the folder python is missing, which `nixgen emit` writes";

  prefix = builtins.stringLength (toString root);

  parts = "/nixgen(/(errors|names|rules)[.]py|/registry(/[a-z0-9_]+[.]py)?)?|/nix(/rules(/rules[.]json)?)?";

in
builtins.path {
  name = "nixgen-registry";
  path = root;
  filter = path: _: builtins.match parts (builtins.substring prefix (-1) path) != null;
}
