/**
  A .deb file, from the first address that has it.

  The store path follows from name and SHA-256 alone, so it is the same wherever the file is from.

  # Inputs

  `seed`
  : folder with the static busybox, which fetches by HTTP and HTTPS

  # Type

      fetchDeb :: { name :: String, addresses :: [String], sha256 :: String, size :: Int } -> Derivation
*/
{ seed, system }:
{
  name,
  addresses,
  sha256,
  size,
}:
derivation {
  name = "${name}.deb";
  inherit addresses sha256 system;
  builder = "${seed}/busybox";
  args = [
    "sh"
    "-euf"
    ./fetch-deb.sh
  ];
  # What a mirror may take at most, in seconds: one that sends 50 kB in each is of use still.
  patience = 30 + size / 50000;
  outputHashAlgo = "sha256";
  outputHashMode = "flat";
  outputHash = sha256;
  impureEnvVars = [
    "http_proxy"
    "https_proxy"
    "no_proxy"
  ];
  preferLocalBuild = true;
}
