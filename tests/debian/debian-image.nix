# `image` has Debian packages, and one service that waits for whatever a test does in it. `server`
# finds packages by their use: a server that runs as nobody, and a oneshot that prepares its data.
{
  lock,
  name,
  packages,
}:
let
  pkgs = import ../../nix/package-sets/debian { inherit lock; };
  lib = import ../../nix { inherit pkgs; };
in
{
  image = lib.buildImageWithPerp {
    inherit name;
    contents = map (package: pkgs.${package}) packages;
    command = "exec sleep 1000000";
    user = "root";
  };

  server = lib.buildImageWithPerps {
    name = "debian/server";
    services = [
      {
        name = "redis";
        preStartScript = "${pkgs.redis-server}/bin/redis-server --version; echo before as $(id -un)";
        command = "${pkgs.redis-server}/bin/redis-server --dir /tmp --save ''";
      }
      {
        name = "prepare";
        command = "until redis-cli set greeting prepared; do sleep 0.1; done";
        oneShot = true;
        after = [ "redis" ];
      }
    ];
  };

  inherit (pkgs) busybox redis-server;
}
