"""The lock of the debian package set: which .deb files Nix fetches, and by which hash.

It lies beside a project's definitions, for git to keep. Beside it lies the seed, the one program
that Nix cannot unpack for itself because it unpacks all the others.
"""

from nixgen.package_sets.debian.changes import (
    Change,
    LockedPackage,
    find_changes,
    has_old_form,
    locked_packages,
)
from nixgen.package_sets.debian.faults import (
    find_damage,
    find_fault,
    find_misfit,
    is_current,
)
from nixgen.package_sets.debian.lock import lock
from nixgen.package_sets.debian.lock_files import (
    LOCK_NAME,
    copy_lock,
    lock_files,
    lock_state,
    remove_traces,
    seed_name,
    write_lock,
)
from nixgen.package_sets.debian.seed import nar_sha256, pack, unpack

__all__ = [
    "LOCK_NAME",
    "Change",
    "LockedPackage",
    "copy_lock",
    "find_changes",
    "find_damage",
    "find_fault",
    "find_misfit",
    "has_old_form",
    "is_current",
    "lock",
    "lock_files",
    "lock_state",
    "locked_packages",
    "nar_sha256",
    "pack",
    "remove_traces",
    "seed_name",
    "unpack",
    "write_lock",
]
