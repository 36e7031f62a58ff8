lib.buildImageWithPerps {
    name = "gremlin/server";
    services = [
      {
        name = "gremlin-server";
        preStartScript = config.gremlin.serverPreStart;
        command = "${contrail32Cw.tools.gremlinServer}/bin/gremlin-server ${config.gremlin.serverConf}";
      }
      {
        name = "gremlin-sync";
        preStartScript = config.gremlin.syncPreStart;
        command = "${contrail32Cw.tools.contrailGremlin}/bin/gremlin-sync";
      }
    ];
}
