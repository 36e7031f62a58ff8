"""skopeo: ask a registry for an image, and fetch it as dockerTools.pullImage does."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from plumbum.commands.base import BaseCommand

from nixgen.commands.process import find_program, run
from nixgen.errors import RegistryError
from nixgen.left_over import temporary_folder

_REMEDY = "install skopeo (Debian: apt-get install skopeo)"


@frozen
class Source:
    """Where an image is: its repository, with the registry's host unless that is Docker Hub.

    `arch` chooses one of the processors that it is for, as Go names them; `auth_file` holds
    credentials.
    """

    repository: str
    arch: str
    tls_verify: bool = True
    auth_file: Path | None = None

    def find_digest(self, tag: str) -> str:
        """Return the digest that the tag has now, `sha256:...`. Raises RegistryError."""
        image = f"docker://{self.repository}:{tag}"
        words = [f"--tls-verify={str(self.tls_verify).lower()}", *self._credentials("--authfile")]
        command = self._skopeo["inspect", "--format", "{{.Digest}}", *words, image]
        return run(command, error=RegistryError).strip()

    def archive_hash(self, digest: str, name: str) -> str:
        """Fetch the image into an archive that calls it `NAME:TAG`; return its hash, `sha256-...`.

        Raises RegistryError.
        """
        tls = f"--src-tls-verify={str(self.tls_verify).lower()}"
        with temporary_folder() as folder:
            archive = folder / "image.tar"
            run(
                self._skopeo[
                    "--tmpdir",
                    str(folder),
                    "copy",
                    "--quiet",
                    tls,
                    *self._credentials("--src-authfile"),
                    f"docker://{self.repository}@{digest}",
                    f"docker-archive:{archive}:{name}",
                ],
                error=RegistryError,
            )
            with archive.open("rb") as content:
                checksum = hashlib.file_digest(content, "sha256").digest()
        return f"sha256-{b64encode(checksum).decode()}"

    def _credentials(self, option: str) -> Sequence[str]:
        return [option, str(self.auth_file)] if self.auth_file else []

    @property
    def _skopeo(self) -> BaseCommand:
        skopeo = find_program("skopeo", remedy=_REMEDY)
        return skopeo["--insecure-policy", "--override-os", "linux", "--override-arch", self.arch]
