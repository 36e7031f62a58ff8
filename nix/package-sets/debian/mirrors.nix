/**
  Where the packages of an archive may be had, in the order in which it is tried: the project's
  mirrors, the machine's, the archive of snapshots at the time of the lock.

  # Inputs

  `archives`
  : what the lock says of each archive

  `suite`
  : the release's codename

  `mirrors`
  : the project's mirrors, a list by the archive's name

  # Type

      toAddresses :: { archive :: String, path :: String, ... } -> [String]
*/
{
  archives,
  lib,
  mirrors,
  suite,
}:
let
  machines = import ./machineMirrors.nix { inherit lib suite; };

  # The public archive of all that Debian's own archives ever had, <https://snapshot.debian.org/>.
  snapshots = "http://snapshot.debian.org/archive";

  ofArchive =
    name:
    { address ? null, snapshot ? null, ... }:
    lib.unique (
      map (lib.removeSuffix "/") (
        mirrors.${name} or [ ]
        ++ machines.${name} or [ ]
        ++ lib.optional (address != null) address
        ++ lib.optional (snapshot != null) "${snapshots}/${name}/${snapshot}"
      )
    );

  all = builtins.mapAttrs ofArchive archives;

  # apt asks for files so: some servers take a plus sign in a path for a space.
  escape = builtins.replaceStrings [ "+" ] [ "%2b" ];
in
{ archive, path, ... }: map (mirror: "${mirror}/${escape path}") all.${archive}
