/**
  Read the lock, or say what to do about it.
*/
{
  lib,
  system,
  file,
}:
let
  text =
    if builtins.pathExists file then
      builtins.readFile file
    else
      throw "no package lock: run `nixgen packages lock` in the project's folder (${toString file} does not exist)";

  broken = throw "${toString file} is no package lock any more: run `nixgen packages lock` in the project's folder";

  # Nix cannot catch what builtins.fromJSON throws, but a file that lacks its end can be seen.
  isWhole =
    builtins.any (end: lib.hasSuffix end text) [
      "}"
      "}\n"
    ]
    && lib.hasPrefix "{" text;

  parsed = if isWhole then builtins.fromJSON text else broken;

  version = parsed.schemaVersion or null;

  isComplete =
    builtins.isString parsed.system or null
    && builtins.isString parsed.busybox.narSha256 or null
    && builtins.isAttrs parsed.packages or null;

  content = if builtins.isInt version && (version != 1 || isComplete) then parsed else broken;

  folder = dirOf file;
in
assert lib.assertMsg (content.schemaVersion == 1)
  "the package lock was written by another version of nixgen: run `nixgen packages lock` again";
assert lib.assertMsg (content.system == system)
  "the package lock was made for ${content.system}, not for ${system}: run `nixgen packages lock` on a machine of that system";
{
  inherit (content) packages;

  /**
    The one program that no derivation makes, as a folder because busybox goes by its name.
  */
  seed = builtins.path {
    path = folder;
    name = "busybox-seed";
    filter = path: _: baseNameOf path == "busybox";
    sha256 = content.busybox.narSha256;
  };

  /**
    Where Debian puts what belongs to one architecture, and its dynamic loader.
  */
  platform =
    {
      aarch64-linux = {
        triplet = "aarch64-linux-gnu";
        loader = "ld-linux-aarch64.so.1";
      };
      x86_64-linux = {
        triplet = "x86_64-linux-gnu";
        loader = "ld-linux-x86-64.so.2";
      };
    }
    .${system};
}
