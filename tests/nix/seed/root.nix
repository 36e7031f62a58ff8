lib.buildImageWithPerp {
    name = "foo/bar";
    command = "${svc}/bin/svc";
    user = "root";
}
