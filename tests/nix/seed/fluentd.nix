lib.buildImageWithPerp {
    name = "foo/bar";
    command = "${service1}/bin/service1";
    fluentd = {
        source = { type = "stdout"; };
    };
}
