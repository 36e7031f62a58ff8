/**
  The source of nixpkgs that a lock file names.

  Releases of nixpkgs since 25.11 need Nix 2.18. For an older Nix a lock file may name another
  revision as the input `nixpkgs-for-older-nix`.

  # Type

      fetchPinned :: Path -> StorePath
*/
lock:
let
  inherit (builtins.fromJSON (builtins.readFile lock)) nodes root;
  inherit (nodes.${root}) inputs;

  input =
    if builtins.compareVersions builtins.nixVersion "2.18" < 0 then
      inputs.nixpkgs-for-older-nix or pinned
    else
      pinned;

  pinned = inputs.nixpkgs or (throw "${toString lock}: expected an input nixpkgs, there is none");

  source = nodes.${input}.locked;

  addresses = {
    github = "https://github.com/${source.owner}/${source.repo}/archive/${source.rev}.tar.gz";
    tarball = source.url;
  };
in
builtins.fetchTarball {
  url =
    addresses.${source.type}
      or (throw "${toString lock}: nodes.${input}.locked.type: expected ${
        builtins.concatStringsSep " or " (builtins.attrNames addresses)
      }, got ${source.type}");
  sha256 = source.narHash;
}
