# The examples of the document that nixgen follows, each in a file of its own and as it is printed
# there, with what it takes for granted in scope. Examples that are no Nix are left out: those with
# dots for something not shown, and with an unquoted path.
{ pkgs }:
let
  lib = import ../../../nix { inherit pkgs; };

  toProgram = name: pkgs.writeShellScriptBin name "echo ${name}; sleep 1000";

  scope = {
    inherit lib pkgs;
    locksmith = toProgram "vault-fernet-locksmith";
    contrail32Cw.tools = {
      contrailGremlin = toProgram "gremlin-sync";
      gremlinServer = toProgram "gremlin-server";
    };
    config.gremlin = {
      serverConf = pkgs.writeText "gremlin.yaml" "port: 8182\n";
      serverPreStart = "mkdir -p /tmp/gremlin";
      syncPreStart = "export LOG_LEVEL=info";
    };
    service1 = toProgram "service1";
    service2 = toProgram "service2";
    svc = toProgram "svc";
  };

  toExample = file: builtins.scopedImport scope file;

  # An image around a service that is printed alone.
  aroundService =
    file:
    lib.buildImageWithPerps {
      name = "foo/bar";
      services = [ (toExample file) ];
    };
in
{
  customFilters = aroundService ./custom-filters.nix;
  environment = toExample ./environment.nix;
  fluentd = toExample ./fluentd.nix;
  fluentdOfServices = toExample ./fluentd-of-services.nix;
  gremlinServer = toExample ./gremlin-server.nix;
  locksmithWorker = toExample ./locksmith-worker.nix;
  otherSource = aroundService ./other-source.nix;
  repeatedSections = lib.buildImageWithPerp {
    name = "foo/bar";
    command = "true";
    fluentd = {
      source.type = "stdout";
      inherit (toExample ./repeated-sections.nix) filters;
    };
  };
  root = toExample ./root.nix;
}
