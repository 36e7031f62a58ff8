/**
  Read the lock, or say what to do about it.
*/
{
  lib,
  system,
  file,
}:
let
  content =
    if builtins.pathExists file then
      lib.importJSON file
    else
      throw "no package lock: run `nixgen packages lock` in the project's folder (${toString file} does not exist)";

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
