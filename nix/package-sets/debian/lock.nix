/**
  Read the lock, or say what to do about it.
*/
{
  lib,
  system,
  file,
}:
let
  remedy = "run `nixgen packages lock` in the project's folder";

  text =
    if builtins.pathExists file then
      builtins.readFile file
    else
      throw "no package lock: ${remedy} (${toString file} does not exist)";

  broken = throw "${toString file} is no package lock any more: ${remedy}";

  # Nix cannot catch what builtins.fromJSON throws, but a file that lacks its end can be seen.
  isWhole =
    builtins.any (end: lib.hasSuffix end text) [
      "}"
      "}\n"
    ]
    && lib.hasPrefix "{" text;

  parsed = if isWhole then builtins.fromJSON text else broken;

  version = parsed.schemaVersion or null;

  isComplete = builtins.all builtins.isAttrs [
    (parsed.archives or null)
    (parsed.uids or null)
    (parsed.architectures or null)
  ];

  content = if builtins.isInt version && (version != 2 || isComplete) then parsed else broken;

  platforms = import ./platforms.nix;

  platform = platforms.${system} or (throw "the debian package set is not for ${system}");

  ofArchitecture = content.architectures.${platform.architecture};

  isUsable =
    builtins.isString ofArchitecture.seed or null && builtins.isAttrs ofArchitecture.packages or null;
in
assert lib.assertMsg (
  content.schemaVersion == 2
) "the package lock was written by another version of nixgen: ${remedy} again";
assert lib.assertMsg (content.architectures ? ${platform.architecture})
  "the package lock was made for ${builtins.concatStringsSep ", " (builtins.attrNames content.architectures)}, not for ${platform.architecture}: run `nixgen packages lock` on a machine of that architecture";
{
  inherit (content) archives uids;

  inherit platform;

  suite = content.suite or "";

  packages = if isUsable then ofArchitecture.packages else broken;

  /**
    The one program that no derivation makes, as a folder because busybox goes by its name. Nix's
    own fetcher unpacks it, which needs no program of any package set.
  */
  seed = import ./seed.nix {
    archive = dirOf file + "/debian.seed.${platform.architecture}.tar.xz";
    narSha256 = if isUsable then ofArchitecture.seed else broken;
  };
}
