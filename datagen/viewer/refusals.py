"""Viewer: a request that is answered with a sentence in place of what was asked for."""

from datagen.errors import DatagenError


class RefusedError(DatagenError):
    """A request cannot be answered; `status` is the HTTP status that says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Keep the status."""
        self.status = status
        super().__init__(message)
