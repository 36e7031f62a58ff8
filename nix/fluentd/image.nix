/**
  What an image's fluentd does, from what its services and the image itself ask of it:

      fluentd = {
        source = { type = "stdout"; };
        filters = [ { type = "grep"; regexp = { key = "message"; pattern = "cool"; }; } ];
        outputs = [ { tag = "log.**"; type = "stdout"; } ];
      };

  A service has a source and filters, an image has outputs. A service is a set with `name` and
  `fluentd`, which is null where nothing is asked for.
*/
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    isAttrs
    isList
    removeAttrs
    typeOf
    ;

  inherit (import ./conf.nix) toSection;
  inherit (import ./values.nix) isSection mapElements refuse;

  runFolder = "/var/run/fluentd";

  # Without an argument, which fluentd reads as "**".
  genericFilter = {
    _arg = null;
    type = "generic_metadata";
  };

  defaultOutputs = [
    {
      tag = "log.**";
      type = "forward";
      time_as_integer = true; # the only times that fluentd before 0.14 reads
      server = {
        name = "local";
        host = "fluentd.localdomain";
      };
    }
  ];

  pluginOf =
    section: if section.type or null == null then section."@type" or null else section.type;

  # The definition, which may be null, if it has the given parts alone.
  checkParts =
    path: parts: definition:
    let
      others = filter (name: !elem name parts) (attrNames definition);
    in
    if definition == null then
      { }
    else if !isAttrs definition then
      refuse path "a set" (typeOf definition)
    else if others != [ ] then
      refuse path "nothing but ${concatStringsSep " and " parts}" (concatStringsSep ", " others)
    else
      definition;

  checkSection = path: value: if isSection value then value else refuse path "a set" (typeOf value);

  # A source as fluentd takes it: `stdout` is a `named_pipe` of the service.
  toSource =
    path: service: source:
    let
      tag = "log.${service.name}";
      format = if source ? parse then { } else { format = "none"; };
    in
    if pluginOf source != "stdout" then
      { inherit tag; } // source
    else if source ? path then
      refuse "${path}.path" "no path beside the type stdout" "one"
    else
      format
      // removeAttrs source [ "@type" ]
      // {
        type = "named_pipe";
        path = toPipe service.name;
        tag = if source.tag or null == null then tag else source.tag;
      };

  # The texts of filters or outputs; `defaults` are parameters for each.
  toPlugins =
    path: section: defaults: plugins:
    let
      toPlugin =
        path: plugin:
        if pluginOf (checkSection path plugin) == null then
          refuse "${path}.type" "the name of a plugin" "none"
        else
          toSection path section ((if plugin ? _arg then { } else defaults) // plugin);
    in
    if isList plugins then
      mapElements path toPlugin plugins
    else
      refuse path "a list of sets" (typeOf plugins);

  toPipe = service: "${runFolder}/${service}";
in
{
  /**
    What the services and the image ask of fluentd, read and checked.

    # Inputs
    context: what precedes the paths in messages, such as `dockerImages.worker: `
    services: a list of sets with `name` and `fluentd`, which may be null
    fluentd: what the image asks for, may be null

    # Output
    isNeeded: whether a service has a source
    captured: the names of the services whose output fluentd reads
    readByOthers: the names of the services with a source of another kind
    text: the configuration

    # Type
    readImage :: { context, services, fluentd } -> { isNeeded, captured, readByOthers, text }
  */
  readImage =
    {
      context,
      services,
      fluentd,
    }:
    let
      readService =
        service:
        let
          path = "${context}services.${service.name}.fluentd";
          definition = checkParts path [ "filters" "source" ] service.fluentd;
          source = checkSection "${path}.source" (definition.source or { });
        in
        {
          inherit (service) name;
          plugin = pluginOf source;
          source = toSection "${path}.source" "source" (toSource "${path}.source" service source);
          filters = toPlugins "${path}.filters" "filter" { tag = "log.${service.name}"; } (
            definition.filters or [ ]
          );
        };
      read = map readService services;
      withSource = filter (service: service.plugin != null) read;
      image = checkParts "${context}fluentd" [ "outputs" ] fluentd;
      names = isKind: map (service: service.name) (filter isKind withSource);
    in
    {
      isNeeded = withSource != [ ];
      captured = names (service: service.plugin == "stdout");
      readByOthers = names (service: service.plugin != "stdout");
      text = concatStringsSep "\n" (
        map (service: service.source) withSource
        ++ [ (toSection "" "filter" genericFilter) ]
        ++ concatMap (service: service.filters) read
        ++ toPlugins "${context}fluentd.outputs" "match" { } (image.outputs or defaultOutputs)
      );
    };
}
