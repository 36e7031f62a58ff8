/**
  The mirrors of Debian's archives that this machine uses: those of the variable
  NIXGEN_DEBIAN_MIRRORS, else those that apt is set up with.

  None where Nix may not look at the machine, as in Hydra and in flakes. They decide where a file is
  fetched from, and have no part in any store path of a result.

  # Type

      { debian :: [String], debian-security :: [String] }
*/
{ lib, suite }:
let
  given = builtins.getEnv "NIXGEN_DEBIAN_MIRRORS";

  mayLook = builtins ? currentSystem;

  folder = /etc/apt/sources.list.d;

  filesOfFolder =
    if builtins.pathExists folder then
      map (name: folder + "/${name}") (builtins.attrNames (builtins.readDir folder))
    else
      [ ];

  files = lib.filter builtins.pathExists ([ /etc/apt/sources.list ] ++ filesOfFolder);

  sources = lib.concatMap (import ./readAptSources.nix { inherit lib; }) files;

  isSecurity = source: lib.any (lib.hasSuffix "-security") source.suites;

  endsIn = name: uri: lib.hasSuffix "/${name}" (lib.removeSuffix "/" uri);

  # Third parties have archives too, for the same release; what they do not have they are not
  # trusted with, since every file is checked by its hash.
  isOf =
    archive: source: uri:
    endsIn archive uri
    || lib.any (each: each == suite || lib.hasPrefix "${suite}-" each) source.suites
    && lib.elem "main" source.components
    && isSecurity source == (archive == "debian-security");

  fromApt =
    archive:
    lib.concatMap (source: lib.filter (isOf archive source) source.uris) (
      if mayLook then sources else [ ]
    );

  fromVariable =
    archive:
    map (lib.removePrefix "${archive}=") (
      lib.filter (lib.hasPrefix "${archive}=") (lib.splitString " " given)
    );
in
lib.genAttrs [
  "debian"
  "debian-security"
] (if given == "" then fromApt else fromVariable)
