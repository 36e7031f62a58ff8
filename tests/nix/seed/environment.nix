let
    imageEnv = pkgs.writeTextFile {
      name = "env";
      text = ''
        LOG_DEBUG=1
      '';
    };
in
    lib.buildImageWithPerp {
        name = "foo/bar";
        command = "${svc}/bin/svc";
        environmentFile = "${imageEnv}";
    }
