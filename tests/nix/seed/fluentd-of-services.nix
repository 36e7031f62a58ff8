lib.buildImageWithPerps {
    name = "foo/bar";
    command = "foo";
    services = [
      {
        name = "service1";
        command = "${service1}/bin/service1";
        fluentd = {
            source = { type = "stdout"; };
        };
      }
      {
        name = "service2";
        command = "${service2}/bin/service2";
        fluentd = {
          source = {
            type = "stdout";
            time_format = "%H:%M:%S.%L";
            format = ''/^(?<time>[^ ]+) (?<classname>[^ ]+) \[(?<level>[^\]]+)\] (?<message>.*)$/'';
          };
        };
      }
    ];

}
