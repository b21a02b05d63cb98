"""Fleet, shared storage: files that every worker reaches, each written whole or not at all.

Any file system that fsspec knows: a folder, `s3://bucket/run`, `gs://bucket/run`, ….
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datagen.errors import RunError, SettingsError
from datagen.formats.files import open_atomic

INSTALL = "a cluster needs Ray; install it with:\n  pip install 'datagen[ray]'"

_PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs"}
# What such packages raise besides OSError.
_FOREIGN = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)


class Storage:
    """A folder on shared storage; names are relative to it, with `/` between their parts.

    Attributes:
        url: where it is, the same for every process of the cluster.
    """

    def __init__(self, url: str) -> None:
        """Find the file system; nothing is read or written yet.

        Raises:
            SettingsError: the address is not understood, or a package is missing.
        """
        try:
            from fsspec.core import url_to_fs
        except ImportError as exc:
            raise SettingsError(INSTALL) from exc
        protocol = url.partition("://")[0] if "://" in url else "file"
        try:
            self._files, self._root = url_to_fs(url)
        except ImportError as exc:
            package = _PACKAGES.get(protocol, f"the package for {protocol}://")
            raise SettingsError(
                f"--shared {url}: {package} is missing; install it here and on every node:"
                f" pip install {package}"
            ) from exc
        except (ValueError, OSError) as exc:
            raise SettingsError(f"--shared {url}: {exc}") from exc
        self._is_local = protocol in {"file", "local"}
        self._root = str(Path(self._root).absolute()) if self._is_local else self._root.rstrip("/")
        self.url = self._root if self._is_local else url.rstrip("/")

    def put(self, name: str, data: bytes) -> None:
        """Write a file; when this returns it is durable, and nobody ever sees a part of it.

        Raises:
            RunError: it cannot be written.
        """
        path = f"{self._root}/{name}"
        with self._translated(name):
            if self._is_local:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                with open_atomic(Path(path)) as file:
                    file.buffer.write(data)
            else:
                self._files.pipe_file(path, data)

    def get(self, name: str) -> bytes:
        """Read a file.

        Raises:
            RunError: it is not there, or cannot be read.
        """
        with self._translated(name):
            return bytes(self._files.cat_file(f"{self._root}/{name}"))

    def list_names(self, folder: str, suffix: str) -> list[str]:
        """The files in a folder and the folders below, sorted; none where there is no folder.

        Raises:
            RunError: it cannot be read.
        """
        with self._translated(folder):
            self._files.invalidate_cache()
            found = self._files.find(f"{self._root}/{folder}")
            return sorted(path[len(self._root) + 1 :] for path in found if path.endswith(suffix))

    @contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as exc:
            raise RunError(
                f"{self.url}/{name}",
                "is not there; --shared must be a place that every node of the cluster reaches",
            ) from exc
        except _list_errors() as exc:
            reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else exc
            raise RunError(f"{self.url}/{name}", f"cannot be used: {reason}") from exc


def _list_errors() -> tuple[type[Exception], ...]:
    """The error types of the packages that are in use."""
    loaded = ((sys.modules.get(module), name) for module, name in _FOREIGN)
    return (OSError, *(getattr(module, name) for module, name in loaded if hasattr(module, name)))
