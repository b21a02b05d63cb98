"""Viewer: keeps a session up to date, in a thread of its own, for as long as it is looked at."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from datagen.errors import DatagenError
from datagen.viewer.examining import Examiner
from datagen.viewer.following import Follower
from datagen.viewer.index import Index
from datagen.viewer.session import Session

EVERY = 2.0
"""Seconds between two looks at the target."""

_MINUTE = 60.0

logger = logging.getLogger(__name__)


class Keeper:
    """Looks after a session during a `with` block."""

    def __init__(self, session: Session, *, every: float = EVERY) -> None:
        """Prepare; the thread is started by the `with` block."""
        self._session = session
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._worker: tuple[Index, Callable[[Callable[[], bool]], int]] | None = None
        self._sizes: deque[tuple[float, int]] = deque()
        self._trouble = ""

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it after what it is about to append."""
        self._stop.set()
        self._thread.join(timeout=10)

    def look(self) -> None:
        """Bring the session up to date once.

        Raises:
            DatagenError: the target cannot be read just now.
        """
        session = self._session
        if session.view.index.get_meta("source") != session.target.describe():
            session.renew()
        index = session.view.index
        if self._worker is None or self._worker[0] is not index:
            make = Follower if session.target.is_run else Examiner
            self._worker = index, make(session.target, index).catch_up
            self._sizes.clear()
        self._worker[1](self._stop.is_set)
        index.notice_changes()
        self._measure(index.size)

    def _measure(self, size: int) -> None:
        """Records a minute, over the last minute, while a run is writing."""
        now = time.monotonic()
        self._sizes.append((now, size))
        while now - self._sizes[0][0] > _MINUTE:
            self._sizes.popleft()
        (first, before), span = self._sizes[0], now - self._sizes[0][0]
        is_live = self._session.is_live and first < now
        self._session.rate = round((size - before) / span * _MINUTE, 1) if is_live else None

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
                self._trouble = ""
            except DatagenError as exc:
                # The run may be in the middle of changing its files; say it once, and look again.
                if str(exc) != self._trouble:
                    self._trouble = str(exc)
                    logger.warning("%s", exc)
            self._stop.wait(self._every)
