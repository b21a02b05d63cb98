"""Spot-check: models with a memory. What was looked at once is on disk and is not looked at again.

A look's key holds all that can change its result: the model's full name, what was asked of it, the
turns, and the bytes of the picture. So a spot-check that was killed goes on where it stopped, and
a larger sample pays for the additional records only.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from datagen.spotcheck.models import (
    AnswerScore,
    Crop,
    ImageTextModel,
    OwnAnswer,
    Unseen,
    VisionModel,
)
from datagen.spotcheck.subjects import Dialogue
from datagen.store import LookStore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_T = TypeVar("_T")

_KEPT_AT_ONCE = 16  # looks in one transaction; so many are made again after a kill at most
_BLANK = b"blank"


class Observer:
    """A model whose looks are kept."""

    def __init__(
        self,
        model: VisionModel,
        store: LookStore,
        *,
        max_tokens: int,
        on_look: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Join a model and a store.

        Args:
            model: asked for what the store does not hold.
            store: opened for writing.
            max_tokens: of an own answer.
            on_look: told how many more looks are there now.
        """
        self.model = model
        self._store = store
        self._max_tokens = max_tokens
        self._on_look = on_look

    def score(self, dialogues: Sequence[Dialogue]) -> list[tuple[AnswerScore, ...] | Unseen]:
        """Every answer of each dialogue scored, in the order of the dialogues."""
        kind: type[tuple[AnswerScore, ...]] = tuple[AnswerScore, ...]
        return self._look("score", dialogues, self.model.score, _Shelf(kind))

    def answer(self, dialogues: Sequence[Dialogue]) -> list[OwnAnswer | Unseen]:
        """The last question of each dialogue answered, in the order of the dialogues."""

        def ask(missing: Sequence[Dialogue]) -> Iterator[tuple[int, OwnAnswer | Unseen]]:
            return self.model.answer(missing, max_tokens=self._max_tokens)

        return self._look(f"answer {self._max_tokens}", dialogues, ask, _Shelf(OwnAnswer))

    def _look(
        self,
        purpose: str,
        dialogues: Sequence[Dialogue],
        ask: Callable[[Sequence[Dialogue]], Iterable[tuple[int, _T | Unseen]]],
        shelf: "_Shelf[_T]",
    ) -> list[_T | Unseen]:
        keys = [make_key(self.model.name, purpose, dialogue) for dialogue in dialogues]
        kept = self._store.find(list(dict.fromkeys(keys)))
        results: dict[bytes, _T | Unseen] = {key: shelf.load(body) for key, body in kept.items()}
        self._on_look(sum(key in results for key in keys))
        missing = {
            key: dialogue
            for key, dialogue in zip(keys, dialogues, strict=True)
            if key not in results
        }
        places, wanted = list(missing), list(missing.values())
        times = Counter(keys)
        for key, result in self._keep(shelf, ((places[n], each) for n, each in ask(wanted))):
            self._on_look(times[key])
            results[key] = result
        return [results[key] for key in keys]

    def _keep(
        self, shelf: "_Shelf[_T]", looks: Iterable[tuple[bytes, _T | Unseen]]
    ) -> Iterator[tuple[bytes, _T | Unseen]]:
        """Pass looks on, and put those that were made on disk, also when the model fails midway."""
        waiting: list[tuple[bytes, bytes]] = []
        try:
            for key, look in looks:
                # What could not be shown is tried again: the picture may be mended by then.
                if not isinstance(look, Unseen):
                    waiting.append((key, shelf.dump(look)))
                yield key, look
                if len(waiting) >= _KEPT_AT_ONCE:
                    self._store.add(waiting)
                    waiting = []
        finally:
            self._store.add(waiting)


class Embedder:
    """An `ImageTextModel` whose vectors are kept."""

    def __init__(
        self,
        model: ImageTextModel,
        store: LookStore,
        *,
        on_look: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Join a model and a store, opened for writing; `on_look` is told how many are there."""
        self.name = model.name
        self._model = model
        self._store = store
        self._on_look = on_look

    def embed_pictures(
        self, pictures: Sequence[Path | Crop]
    ) -> Iterator[tuple[int, "NDArray[np.float32] | Unseen"]]:
        """A vector for each picture or part of one, those on disk first."""
        import numpy as np

        keys = [_make_picture_key(self.name, picture) for picture in pictures]
        kept = self._store.find(list(dict.fromkeys(keys)))
        missing = [place for place, key in enumerate(keys) if key not in kept]
        self._on_look(len(keys) - len(missing))
        for place, key in enumerate(keys):
            if key in kept:
                yield place, np.frombuffer(kept[key], dtype=np.float32)
        waiting: list[tuple[bytes, bytes]] = []
        try:
            for n, vector in self._model.embed_pictures([pictures[place] for place in missing]):
                if not isinstance(vector, Unseen):
                    waiting.append((keys[missing[n]], vector.astype(np.float32).tobytes()))
                self._on_look(1)
                yield missing[n], vector
                if len(waiting) >= _KEPT_AT_ONCE:
                    self._store.add(waiting)
                    waiting = []
        finally:
            self._store.add(waiting)

    def embed_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of shape (texts, dimensions); they are quick to make and not kept."""
        return self._model.embed_texts(texts)


def _make_picture_key(model: str, picture: Path | Crop) -> bytes:
    file, corners = (
        (picture, None)
        if isinstance(picture, Path)
        else (
            picture.picture,
            picture.corners,
        )
    )
    digest = sha256(msgspec.json.encode((model, "embed", corners)))
    digest.update(digest_file(file))
    return digest.digest()


class _Shelf(Generic[_T]):
    """One kind of look as bytes."""

    def __init__(self, kind: type[_T]) -> None:
        self._decoder = msgspec.msgpack.Decoder(kind)

    def load(self, body: bytes) -> _T:
        return self._decoder.decode(body)

    def dump(self, look: _T) -> bytes:
        return msgspec.msgpack.encode(look)


def make_key(model: str, purpose: str, dialogue: Dialogue) -> bytes:
    """32 bytes that stand for one look; the picture counts by its content."""
    digest = sha256()
    texts = [text for turn in dialogue.turns for text in (turn.question, turn.answer)]
    digest.update(msgspec.json.encode((model, purpose, dialogue.image_first, texts)))
    digest.update(_BLANK if dialogue.picture is None else digest_file(dialogue.picture))
    return digest.digest()


def digest_file(path: Path) -> bytes:
    """SHA-256 of a file's content; of its name where it cannot be read, for then it is not shown."""
    try:
        found = path.stat()
        return _digest_content(path, found.st_mtime_ns, found.st_size)
    except (OSError, ValueError):
        return sha256(str(path).encode("utf-8", "surrogatepass")).digest()


@lru_cache(maxsize=100_000)
def _digest_content(path: Path, _changed: int, _size: int) -> bytes:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()
