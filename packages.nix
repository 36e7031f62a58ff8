# The programs that the images of this repository run: small, real, with something to see.
{ pkgs }:

{
  # Makes a new key every second, and says which keys still open what was locked before.
  locksmith = pkgs.writeShellScriptBin "vault-fernet-locksmith" ''
    keys=/tmp/keys
    mkdir -p "$keys"
    number=0
    while true; do
      number=$((number + 1))
      head -c 32 /dev/urandom | base64 > "$keys/$number"
      rm -f "$keys/$((number - 3))"
      echo "locksmith: made key $number, keys in use: $(ls "$keys" | sort -n | tr '\n' ' ')"
      sleep 1
    done
  '';

  # Serves a folder of graphs over HTTP.
  gremlinServer = pkgs.writeShellScriptBin "gremlin-server" ''
    exec ${pkgs.busybox}/bin/busybox httpd -f -p 8182 -h "$1"
  '';

  # Reads the vertices from the server, again and again, and says how many there are.
  gremlinSync = pkgs.writeShellScriptBin "gremlin-sync" ''
    while sleep 1; do
      vertices=$(${pkgs.busybox}/bin/busybox wget -qO- "$GREMLIN_URL") || continue
      set -- $vertices
      echo "gremlin-sync: $# vertices"
    done
  '';

  # Looks for edges without a vertex, again and again.
  gremlinFsck = pkgs.writeShellScriptBin "gremlin-fsck" ''
    round=0
    while true; do
      round=$((round + 1))
      echo "gremlin-fsck: round $round, 3 vertices, no edge without one"
      sleep 1
    done
  '';

  # Says something every second.
  service1 = pkgs.writeShellScriptBin "service1" ''
    while sleep 1; do
      echo "cool, it is $(date +%T)"
    done
  '';

  # Says the same in a format of its own.
  service2 = pkgs.writeShellScriptBin "service2" ''
    while sleep 1; do
      echo "$(date +%T.000) clock.Second [INFO] it is cool"
    done
  '';

  greeting = pkgs.writeTextFile {
    name = "greeting";
    destination = "/index.html";
    text = "Hello from a container that Nix built.\n";
  };
}
