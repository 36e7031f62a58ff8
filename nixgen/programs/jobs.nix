/**
  Look at parts of a jobset as nix-eval-jobs does.

  # Inputs

  `request`
  : JSON with
    - `file`: the jobs' expression, as a path below an input (`src/jobsets.nix`)
    - `inputs`: by name, either `{ value }` or `{ storePath, ... }`, the rest being what Hydra adds
    - `paths`: attribute paths, each a list of names

  # Output

  For each path in turn one of
  - `{ kind = "job"; ... }` for a derivation
  - `{ kind = "set"; attributes; }` for any other attribute set, whose attributes are to be looked
    at next
  - `{ kind = "open"; arguments; }` for a function that wants arguments which are no inputs
  - `{ kind = "ignored"; }` for everything else

  Source: worker.cc in nix-eval-jobs, `EvalState::autoCallFunction` in Nix.
*/
{ request }:
let
  inherit (builtins)
    attrNames
    filter
    foldl'
    fromJSON
    functionArgs
    intersectAttrs
    isAttrs
    isFunction
    mapAttrs
    removeAttrs
    replaceStrings
    storePath
    toXML
    ;

  asked = fromJSON request;

  toArgument =
    input:
    if input ? storePath then
      removeAttrs input [ "storePath" ] // { outPath = storePath input.storePath; }
    else
      input.value;

  arguments = mapAttrs (_: toArgument) asked.inputs;

  contains = part: text: replaceStrings [ part ] [ "" ] text != text;

  # functionArgs cannot tell `x: x` from `{ ... }: x`; their form in XML can.
  takesSet = function: contains "<attrspat" (toXML function);
  takesMore = function: contains "ellipsis=\"1\"" (toXML function);

  openArguments =
    function:
    let
      formals = functionArgs function;
    in
    filter (name: !formals.${name} && !(arguments ? ${name})) (attrNames formals);

  # A function of a set is called with the inputs that it names, any other is left alone.
  call =
    value:
    if isFunction value && takesSet value && openArguments value == [ ] then
      value (if takesMore value then arguments else intersectAttrs (functionArgs value) arguments)
    else
      value;

  root = import (__findFile __nixPath asked.file);

  select =
    path:
    call (
      foldl' (
        value: name:
        let
          called = call value;
        in
        called.${name} or (throw "there is no attribute ${name}")
      ) root path
    );

  describe =
    value:
    if isFunction value && takesSet value then
      {
        kind = "open";
        arguments = openArguments value;
      }
    else if !isAttrs value then
      { kind = "ignored"; }
    else if value.type or null == "derivation" then
      {
        kind = "job";
        inherit (value) drvPath name system;
        meta = intersectAttrs {
          description = null;
          maxSilent = null;
          schedulingPriority = null;
          timeout = null;
        } (value.meta or { });
        aggregate = value._hydraAggregate or false;
        constituents = map (job: job.drvPath or job) (
          if value._hydraAggregate or false then value.constituents else [ ]
        );
      }
    else
      {
        kind = "set";
        attributes = attrNames value;
      };
in
map (path: describe (select path)) asked.paths
