/**
  nixpkgs as the package set: a pinned revision, or another one.

  # Inputs

  `system`
  : the system to build for and on

  `nixpkgs`
  : nixpkgs to take instead of the pinned one: a path, or an input of Hydra or of a flake; null for
    the pinned one

  `lock`
  : path of a lock file in the form of flake.lock, whose input `nixpkgs` is the pinned revision;
    where there is no such file, the one beside this file

  `overlays`, `config`
  : as nixpkgs takes them; nothing is read from the user's own configuration

  # Example

      import ./nix/package-sets/nixpkgs { nixpkgs = <nixpkgs>; }
*/
{
  system ? builtins.currentSystem,
  nixpkgs ? null,
  lock ? ./flake.lock,
  overlays ? [ ],
  config ? { },
}:
let
  pinned = import ./fetchPinned.nix (if builtins.pathExists lock then lock else ./flake.lock);
in
import ../complete.nix (
  import (if nixpkgs == null then pinned else nixpkgs) { inherit config overlays system; }
)
