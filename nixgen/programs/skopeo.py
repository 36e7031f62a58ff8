"""skopeo: ask a registry for an image, and fetch it as dockerTools.pullImage does."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from plumbum.commands.base import BaseCommand

from nixgen.errors import RegistryError
from nixgen.files.left_over import temporary_folder
from nixgen.programs.process import find_program, run

_REMEDY = "install skopeo (Debian: apt-get install skopeo)"

# skopeo 1.9 decompresses layers of zstd, but into a folder alone.
_NO_ZSTD = "zstd compression is not supported"


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
        source = [tls, *self._credentials("--src-authfile"), f"docker://{self.repository}@{digest}"]
        with temporary_folder() as folder:
            archive = folder / "image.tar"
            self._copy_to_archive(folder, source, f"docker-archive:{archive}:{name}")
            with archive.open("rb") as content:
                checksum = hashlib.file_digest(content, "sha256").digest()
        return f"sha256-{b64encode(checksum).decode()}"

    def _copy_to_archive(self, folder: Path, source: Sequence[str], archive: str) -> None:
        """Copy as pullImage.sh of the debian package set does."""
        try:
            self._copy(folder, *source, archive)
        except RegistryError as error:
            if _NO_ZSTD not in str(error):
                raise
            plain = f"dir:{folder}/plain"
            self._copy(folder, "--dest-decompress", *source, plain)
            self._copy(folder, plain, archive)

    def _copy(self, folder: Path, *words: str) -> None:
        command = self._skopeo["--tmpdir", str(folder), "copy", "--quiet", *words]
        run(command, error=RegistryError)

    def _credentials(self, option: str) -> Sequence[str]:
        return [option, str(self.auth_file)] if self.auth_file else []

    @property
    def _skopeo(self) -> BaseCommand:
        skopeo = find_program("skopeo", remedy=_REMEDY)
        return skopeo["--insecure-policy", "--override-os", "linux", "--override-arch", self.arch]
