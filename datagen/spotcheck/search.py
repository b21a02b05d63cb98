"""Spot-check, search: the pictures of a set by a text or by another picture.

Every picture is embedded once and its vector kept on disk; a picture that has changed is embedded
again. Up to `EXACT` pictures are all compared, in pieces, so memory does not grow with their
number; beyond that usearch's graph of neighbours finds nearly the same ones in milliseconds.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datagen.errors import RunError, SettingsError
from datagen.spotcheck.models import ImageTextModel, Unseen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INDEX_FOLDER = "search"
EXACT = 1_000_000
"""Pictures up to which every one is compared with what is looked for."""

_PIECE = 65_536  # rows compared at a time
_AT_ONCE = 256  # pictures embedded before their vectors are written


@dataclass(frozen=True, slots=True)
class Hit:
    """A picture that was found, by its name in the records; likeness is the cosine, -1 to 1."""

    name: str
    likeness: float


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A file as it was when it was embedded."""

    name: str
    size: int
    changed: int


class PictureIndex:
    """The vectors of the pictures of one set, for one model.

    On disk: `vectors.f16`, rows of half floats, and `pictures.jsonl`, the file behind each row. A
    row counts once its line is there, so an index that was cut off is continued.
    """

    def __init__(self, folder: Path, model: ImageTextModel, *, exact: int = EXACT) -> None:
        """Open or begin the index in `folder`.

        Args:
            folder: its own; a subfolder is made for each model.
            model: embeds pictures and texts.
            exact: pictures up to which all are compared.

        Raises:
            RunError: the folder cannot be written, or holds something else.
        """
        self._model = model
        self._exact = exact
        name = "".join(sign if sign.isalnum() else "-" for sign in model.name).strip("-")
        self._folder = folder / INDEX_FOLDER / name
        self._vectors = self._folder / "vectors.f16"
        self._pictures = self._folder / "pictures.jsonl"
        self._graph = self._folder / "graph.usearch"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise RunError(self._folder, f"cannot be made: {exc.strerror}") from exc
        self._stamps: list[_Stamp] = list(self._read_stamps())

    def add(
        self, pictures: dict[str, Path], *, on_picture: Callable[[int], None] = lambda count: None
    ) -> dict[str, str]:
        """Embed what is new or has changed.

        Args:
            pictures: file by name, of all pictures of the set.
            on_picture: told how many more pictures are in the index now.

        Returns:
            Why a picture could not be embedded, by name.
        """
        known = {stamp.name: stamp for stamp in self._stamps}
        stamps = {name: _stamp(name, path) for name, path in pictures.items()}
        missing = [name for name, stamp in stamps.items() if known.get(name) != stamp]
        on_picture(len(pictures) - len(missing))
        problems: dict[str, str] = {}
        for start in range(0, len(missing), _AT_ONCE):
            names = missing[start : start + _AT_ONCE]
            rows: list[tuple[_Stamp, NDArray[np.float32]]] = []
            for place, vector in self._model.embed_pictures([pictures[name] for name in names]):
                on_picture(1)
                if isinstance(vector, Unseen):
                    problems[names[place]] = vector.problem
                else:
                    rows.append((stamps[names[place]], vector))
            self._append(rows)
        return problems

    def find_text(self, text: str, *, count: int, among: set[str]) -> list[Hit]:
        """The pictures that fit a text best, of those named in `among`."""
        return self._find(self._model.embed_texts([text])[0], count, among)

    def find_picture(self, picture: Path, *, count: int, among: set[str]) -> list[Hit]:
        """The pictures that look most like another one.

        Raises:
            SettingsError: the picture cannot be read.
        """
        for _, vector in self._model.embed_pictures([picture]):
            if isinstance(vector, Unseen):
                raise SettingsError(f"--image {picture}: {vector.problem}")
            return self._find(vector, count, among)
        return []

    def _find(self, wanted: "NDArray[np.float32]", count: int, among: set[str]) -> list[Hit]:
        newest = {stamp.name: row for row, stamp in enumerate(self._stamps)}
        alive = sorted(row for name, row in newest.items() if name in among)
        if not alive:
            return []
        if len(self._stamps) <= self._exact:
            return self._rank(self._compare_all(wanted, alive, count), count)
        # Rows that are gone or were replaced stand in the graph too; so it is asked for more.
        spare = len(self._stamps) - len(alive)
        found = self._ask_graph(wanted, min(count + spare, 10 * count + 100))
        still = set(alive)
        return self._rank([pair for pair in found if pair[1] in still], count)

    def _compare_all(
        self, wanted: "NDArray[np.float32]", alive: Sequence[int], count: int
    ) -> list[tuple[float, int]]:
        """The best rows of each piece, which hold the best of all."""
        import numpy as np

        rows = self._map_vectors(len(wanted))
        best: list[tuple[float, int]] = []
        for start in range(0, len(alive), _PIECE):
            places = np.asarray(alive[start : start + _PIECE])
            likeness = np.asarray(rows[places], dtype=np.float32) @ wanted
            top = np.argsort(-likeness, kind="stable")[:count]
            best += [(float(likeness[n]), int(places[n])) for n in top]
        return best

    def _ask_graph(self, wanted: Any, count: int) -> list[tuple[float, int]]:  # noqa: ANN401 - a vector
        """Neighbours by usearch's graph, which is brought up to date first."""
        import numpy as np
        from usearch.index import Index

        rows = self._map_vectors(len(wanted))
        graph = Index(ndim=len(wanted), metric="ip", dtype="f16")
        if self._graph.is_file():
            graph.load(str(self._graph))
        if len(graph) < len(rows):
            for start in range(len(graph), len(rows), _PIECE):
                piece = np.asarray(rows[start : start + _PIECE], dtype=np.float32)
                graph.add(np.arange(start, start + len(piece)), piece)
            graph.save(str(self._graph))
        matches = graph.search(np.asarray(wanted, dtype=np.float32), count)
        return [
            (1.0 - float(distance), int(row))
            for row, distance in zip(matches.keys, matches.distances, strict=True)
        ]

    def _rank(self, likeness: Sequence[tuple[float, int]], count: int) -> list[Hit]:
        best = sorted(likeness, key=lambda pair: (-pair[0], self._stamps[pair[1]].name))[:count]
        return [Hit(self._stamps[row].name, value) for value, row in best]

    def _map_vectors(self, width: int) -> Any:  # noqa: ANN401 - a memory map
        import numpy as np

        return np.memmap(
            self._vectors, dtype=np.float16, mode="r", shape=(len(self._stamps), width)
        )

    def _append(self, rows: Sequence[tuple[_Stamp, Any]]) -> None:
        """Vectors first, then the lines that make them count; both are on disk in the end."""
        import numpy as np

        if not rows:
            return
        block = np.stack([vector for _, vector in rows]).astype(np.float16)
        place = len(self._stamps) * block.shape[1] * block.itemsize
        try:
            with self._vectors.open("r+b" if self._vectors.exists() else "wb") as file:
                file.seek(place)
                file.truncate()  # of a start that was cut off
                file.write(block.tobytes())
                _sync(file)
            with self._pictures.open("a", encoding="utf-8") as lines:
                for stamp, _ in rows:
                    lines.write(json.dumps([stamp.name, stamp.size, stamp.changed]) + "\n")
                _sync(lines)
        except OSError as exc:
            raise RunError(self._folder, f"cannot be written: {exc.strerror}") from exc
        self._stamps += [stamp for stamp, _ in rows]

    def _read_stamps(self) -> Iterator[_Stamp]:
        """The whole lines; half a line at the end, of a start that was cut off, is taken away."""
        if not self._pictures.is_file():
            return
        whole = 0
        with self._pictures.open("r+b") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(whole)
                    return
                whole += len(line)
                try:
                    yield _Stamp(*json.loads(line))
                except (ValueError, TypeError) as exc:
                    problem = "is no index of pictures; remove its folder to begin anew"
                    raise RunError(self._pictures, problem) from exc


def _stamp(name: str, path: Path) -> _Stamp:
    with suppress(OSError, ValueError):  # what cannot be read is told when it is embedded
        found = path.stat()
        return _Stamp(name, found.st_size, found.st_mtime_ns)
    return _Stamp(name, -1, -1)


def _sync(file: Any) -> None:  # noqa: ANN401 - a binary or a text file
    file.flush()
    os.fsync(file.fileno())
