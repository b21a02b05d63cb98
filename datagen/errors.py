"""The error tree: what can go wrong, by who can mend it.

DatagenError             a message for the user: what is wrong, where, and what to do
├── SettingsError        a flag, an environment variable or a settings file
├── FileError            a file, with its path and the place in it
│   ├── SourceError      a COCO or contexts file that cannot be used at all
│   ├── PromptError      a prompt folder or one of its files
│   ├── PictureError     a picture file that is missing or cannot be decoded
│   ├── DatasetError     a data set file that cannot be read
│   └── RunError         a run folder or its store
├── ReviewError          a decision about a record that cannot be kept as it is
│   └── StaleRevision    somebody else decided meanwhile; carries what holds now
├── EndpointError        the endpoint refuses everything: key, model, quota, address
└── AskError             one request failed for good; the item becomes a rejection

A command that an error ends has the exit code of its class: 2, like any wrong flag, where what was
asked for cannot be done; 1 where it was begun and an endpoint does not let it end.

Foreign errors are translated at the edge (`raise SourceError(...) from exc`), so that the top of
the command line needs to know this tree only.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar


class DatagenError(Exception):
    """Root of the tree; `str(error)` is one clear message for the user."""

    exit_code: ClassVar[int] = 2


class SettingsError(DatagenError):
    """A flag, an environment variable or a settings file is wrong."""


class FileError(DatagenError):
    """A file cannot be used: names the file and, where known, the place in it."""

    def __init__(self, path: Path | str, problem: str, place: str = "") -> None:
        """Compose `path: problem` or `path, place: problem`; place is e.g. `line 3` or `$.images[2]`."""
        self.path = Path(path)
        self.place = place
        self.problem = problem
        super().__init__(f"{path}, {place}: {problem}" if place else f"{path}: {problem}")


class SourceError(FileError):
    """A COCO or contexts file cannot be used at all."""


class PromptError(FileError):
    """A prompt folder or one of its files cannot be used."""


class PictureError(FileError):
    """A picture file is missing or cannot be decoded."""

    def __init__(self, path: Path | str, problem: str, *, is_missing: bool = False) -> None:
        """Keep whether there is a file at all."""
        super().__init__(path, problem)
        self.is_missing = is_missing


class DatasetError(FileError):
    """A data set file cannot be read."""


class RunError(FileError):
    """A run folder or its store cannot be used."""


class ReviewError(DatagenError):
    """A decision about a record cannot be kept as it is: unknown reason, no text, no reviewer."""


class StaleRevision(ReviewError):  # noqa: N818 - it says what the revision is
    """The record was decided on since the revision that the decision was made at."""

    def __init__(self, record: str, given: int, state: Mapping[str, Any]) -> None:
        """Keep what holds now, as plain values, so that nobody has to ask for it again."""
        self.record = record
        self.state = state
        by = f" by {state['by']}" if state.get("by") else ""
        super().__init__(
            f"{record}: changed{by} meanwhile (revision {state['revision']}, not {given}); "
            "look at it again and decide once more"
        )


class EndpointError(DatagenError):
    """The endpoint refuses every request: wrong key, unknown model, exhausted quota, dead address."""

    exit_code = 1


class AskError(DatagenError):
    """One request failed for good; `code` is the reason code of the rejection it becomes."""

    def __init__(self, code: str, message: str, attempts: int = 1) -> None:
        """Keep the reason code and the number of attempts made."""
        self.code = code
        self.attempts = attempts
        super().__init__(message)
