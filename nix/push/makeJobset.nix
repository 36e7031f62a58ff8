/**
  What Hydra evaluates: a function of a jobset's inputs, which has the project's jobs.

  # Inputs

  `folder`
  : the project's folder, with its default.nix

  The others are what Hydra passes from the jobset's inputs; see `makeJobs`. With `packageLock`, a
  folder, Debian's packages are those of the lock in it.
*/
folder:
arguments@{
  src ? {
    outPath = folder;
  },
  packageLock ? null,
  pushToDockerRegistry ? false,
  registry ? "",
  insecureRegistry ? "",
  certificates ? null,
  annotateRevision ? false,
  system ? builtins.currentSystem,
  ...
}:

let
  toProject = import (folder + "/default.nix");
  lockedPackages = import ../package-sets/debian {
    inherit system;
    lock = /. + builtins.unsafeDiscardStringContext "${packageLock}/debian.lock.json";
  };
  project = toProject (
    (if packageLock == null then { } else { pkgs = lockedPackages; })
    // builtins.intersectAttrs (builtins.functionArgs toProject) arguments
  );
in
project.lib.makeJobs {
  inherit
    annotateRevision
    certificates
    insecureRegistry
    pushToDockerRegistry
    registry
    src
    ;
  inherit (project) dockerImages tags;
  imageNames = project.imageNames or { };
}
