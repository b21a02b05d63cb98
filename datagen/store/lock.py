"""Run store: one process at a time on a run folder."""

import fcntl
import os
from pathlib import Path
from typing import Self

from datagen.errors import RunError

LOCK_FILE = "run.lock"


_LOCKS = Path("/proc/locks")


def is_locked(folder: Path) -> bool:
    """Whether a process works on a run folder; a look that does not get in its way.

    Taking the lock to see would make a run fail that starts at that moment. Linux lists its locks;
    elsewhere the process whose number stands in the file may be another one of that number.
    """
    path = folder / LOCK_FILE
    try:
        number = path.stat().st_ino
        if _LOCKS.exists():
            return f":{number} " in _LOCKS.read_text(encoding="ascii", errors="replace")
        os.kill(int(path.read_text(encoding="ascii") or 0), 0)
    except PermissionError:
        return True  # somebody else's process
    except (OSError, ValueError):
        return False
    return True


class RunLock:
    """One process at a time on a run folder; released by the system when the process ends."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; `acquire` does the work."""
        self._path = folder / LOCK_FILE
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            RunError: another process holds it, or the folder cannot be written.
        """
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as exc:
            raise RunError(self._path, f"the run folder cannot be written: {exc.strerror}") from exc
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            owner = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise RunError(
                self._path.parent,
                f"another datagen process (pid {owner}) works on this run; wait for it or stop it",
            ) from exc
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lock back; the file stays, since removing it would race with the next taker."""
        os.close(self._descriptor)
