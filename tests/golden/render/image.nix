lib.buildImageWithPerps {
  name = "gremlin/server";
  services = [
    {
      name = "gremlin-server";
      command = "${pkgs.gremlinServer}/bin/gremlin-server \${HOME}";
      preStartScript = ''
        set -u
        for file in ${pkgs.conf}/*; do
          cp $file '''$$
        done
      '';
      environmentFile = pkgs.writeTextFile {
        name = "env";
        text = ''
          LOG_DEBUG=1
          A='''
        '';
      };
    }
    {
      name = "gremlin-sync";
      command = [ "sync" "${pkgs.runCommand "x" { } "touch $out"}/x" "-v" ];
      after = [ "gremlin-server" ];
      fluentd = {
        source = {
          type = "stdout";
          format = ''/^\[(?<level>[^\]]+)\]$/'';
        };
      };
    }
  ];
  labels = { "org.example/key" = "value"; };
}
