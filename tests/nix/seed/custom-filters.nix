    {
      name = "service2";
      command = "${service2}/bin/service2";
      fluentd = {
        source = {
          type = "syslog";
          port = 1234;
        };
        filters = [
          {
            type = "grep";
            regexp = {
              key = "message";
              pattern = "cool";
            };
          }
        ];
      };
    }
