/**
  A folder with the program of a compressed archive, which Nix unpacks by itself.

  # Inputs

  `archive`
  : path of the archive; it holds one file

  `narSha256`
  : the SHA-256 of the result as a Nix archive, in hexadecimal; however well the archive is
    compressed, the store path is the same
*/
{ archive, narSha256 }:
derivation {
  name = "busybox-seed";
  system = "builtin";
  builder = "builtin:unpack-channel";
  channelName = "busybox";
  src = builtins.path {
    path = archive;
    name = "busybox-seed.tar.xz";
  };
  outputHashAlgo = "sha256";
  outputHashMode = "recursive";
  outputHash = narSha256;
  preferLocalBuild = true;
}
