# Debian's name of a system's architecture, where Debian puts what belongs to it, and its loader.
{
  aarch64-linux = {
    architecture = "arm64";
    triplet = "aarch64-linux-gnu";
    loader = "ld-linux-aarch64.so.1";
  };
  x86_64-linux = {
    architecture = "amd64";
    triplet = "x86_64-linux-gnu";
    loader = "ld-linux-x86-64.so.2";
  };
}
