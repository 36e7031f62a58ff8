/**
  What an image's fluentd does, from what its services and the image itself ask of it:

      fluentd = {
        source = { type = "stdout"; };
        filters = [ { type = "grep"; regexp = { key = "message"; pattern = "cool"; }; } ];
        outputs = [ { tag = "log.**"; type = "stdout"; } ];
        labels."@AUDIT".outputs = [ { type = "file"; path = "/var/log/audit"; } ];
      };

  A service has a source and filters, an image has outputs and labels. A service is a set with `name`
  and `fluentd`, which is null where nothing is asked for.
*/
let
  inherit (builtins) attrNames concatMap concatStringsSep filter;

  inherit (import ./conf.nix) toSection;
  inherit ((import ../rules/primitives.nix).fluentd) pluginOf;

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

  # A source as fluentd takes it: `stdout` is a `named_pipe` of the service.
  toSource =
    service: source:
    let
      tag = "log.${service.name}";
      format = if source ? parse then { } else { format = "none"; };
    in
    if pluginOf source != "stdout" then
      { inherit tag; } // source
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
    section: defaults:
    map (plugin: toSection section ((if plugin ? _arg then { } else defaults) // plugin));

  toLabel =
    labels: name:
    toSection "label" {
      _arg = name;
      filter = labels.${name}.filters or [ ];
      match = labels.${name}.outputs or [ ];
    };

  # A part of a definition; null is as good as none.
  partOf =
    definition: name: default:
    if (definition.${name} or null) == null then default else definition.${name};

  toPipe = service: "${runFolder}/${service}";
in
{
  /**
    What the services and the image ask of fluentd.

    # Inputs
    services: a list of sets with `name` and `fluentd`, which may be null
    fluentd: what the image asks for, may be null

    # Output
    isNeeded: whether a service has a source
    captured: the names of the services whose output fluentd reads
    readByOthers: the names of the services with a source of another kind
    text: the configuration

    # Type
    readImage :: { services, fluentd } -> { isNeeded, captured, readByOthers, text }
  */
  readImage =
    {
      services,
      fluentd,
    }:
    let
      readService =
        service:
        let
          source = partOf service.fluentd "source" { };
        in
        {
          inherit (service) name;
          plugin = pluginOf source;
          source = toSection "source" (toSource service source);
          filters = toPlugins "filter" { tag = "log.${service.name}"; } (
            partOf service.fluentd "filters" [ ]
          );
        };
      labels = partOf fluentd "labels" { };
      read = map readService services;
      withSource = filter (service: service.plugin != null) read;
      names = isKind: map (service: service.name) (filter isKind withSource);
    in
    {
      isNeeded = withSource != [ ];
      captured = names (service: service.plugin == "stdout");
      readByOthers = names (service: service.plugin != "stdout");
      text = concatStringsSep "\n" (
        map (service: service.source) withSource
        ++ [ (toSection "filter" genericFilter) ]
        ++ concatMap (service: service.filters) read
        ++ toPlugins "match" { } (partOf fluentd "outputs" defaultOutputs)
        ++ map (toLabel labels) (attrNames labels)
      );
    };
}
