"""Spot-check: the records of a run or of any LLaVA file, listed lightly, then the drawn ones whole.

Two passes: the first tells of every record no more than the draw needs, the second loads those
that were drawn. So memory grows with the sample and by some bytes a record.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from datagen import pipeline
from datagen.checks.shape import read_record
from datagen.config import RunSettings
from datagen.errors import RunError
from datagen.formats.reading import iter_records
from datagen.pipeline.checking import name_response_type
from datagen.records import IMAGE_TOKEN, AnnotatedImage, Turn
from datagen.spotcheck.sampling import Entry, Risk
from datagen.store import RunStore


@dataclass(frozen=True, slots=True)
class Listed:
    """One record of the set, whole.

    Attributes:
        image: the picture as the record names it, relative to the picture folder.
        annotated: what the annotations say about it; None where nothing is known.
    """

    id: str
    response_type: str
    image: str
    turns: tuple[Turn, ...]
    image_first: bool
    annotated: AnnotatedImage | None


class RecordSet(Protocol):
    """A set of records, read as often as is needed."""

    left_out: Counter[str]
    """Records that cannot be shown to a model, by the reason; full once all entries were listed."""

    def list_entries(self) -> Iterator[Entry]:
        """Every record that can be shown to a model, in the order of the set."""
        ...

    def load(self, positions: Iterable[int]) -> dict[int, Listed]:
        """The records at these positions."""
        ...

    def iterate_images(self) -> Iterator[AnnotatedImage]:
        """Every annotated image that is known, for the frequencies of categories."""
        ...


class RunRecords:
    """The data set of a run folder; response types, risks and annotations are the run's own."""

    def __init__(self, folder: Path) -> None:
        """Find the files.

        Raises:
            RunError: the folder holds no data set, or one that does not fit its scores.
        """
        self.left_out: Counter[str] = Counter()
        self._folder = folder
        for name in (pipeline.DATASET_FILE, pipeline.SCORES_FILE):
            if not (folder / name).is_file():
                raise RunError(folder, f"holds no {name}; `datagen build {folder}` writes it")

    def list_entries(self) -> Iterator[Entry]:
        """Every record of the data set, by its scores."""
        for position, line in enumerate(self._read_scores()):
            yield Entry(position, line["id"], line["response_type"], _find_risk(line))

    def load(self, positions: Iterable[int]) -> dict[int, Listed]:
        """The records at these positions, with the images of the run store."""
        wanted = set(positions)
        rows = {
            position: (line, record)
            for position, (line, (_, record)) in enumerate(
                zip(
                    self._read_scores(),
                    iter_records(self._folder / pipeline.DATASET_FILE),
                    strict=True,
                )
            )
            if position in wanted
        }
        ids = {
            position: _strip_type(line["id"], line["response_type"])
            for position, (line, _) in rows.items()
        }
        with RunStore(self._folder) as store:
            images = store.find_images(sorted(set(ids.values())))
        return {
            position: _read_listed(
                line["id"], line["response_type"], record, images.get(ids[position])
            )
            for position, (line, record) in rows.items()
        }

    def iterate_images(self) -> Iterator[AnnotatedImage]:
        """The images that the run asked about."""
        with RunStore(self._folder) as store:
            yield from store.iterate_images()

    def _read_scores(self) -> Iterator[dict[str, Any]]:
        path = self._folder / pipeline.SCORES_FILE
        for place, line in iter_records(path):
            if not isinstance(line, dict) or not {"id", "response_type"} <= line.keys():
                raise RunError(
                    path,
                    f"{place} is no score; `datagen build {self._folder}` writes the file anew",
                )
            yield line


class FileRecords:
    """Any LLaVA file, with the annotations that the settings name."""

    def __init__(self, file: Path, settings: RunSettings) -> None:
        """Read the annotations, if there are any.

        Raises:
            SourceError: they cannot be used.
        """
        self.left_out: Counter[str] = Counter()
        self._file = file
        self._settings = settings
        self._types = pipeline.list_known_types(settings)
        self._images: Sequence[AnnotatedImage] = ()
        self._index: pipeline.ImageIndex | None = None
        if settings.captions is not None or settings.contexts is not None:
            images = pipeline.read_source(settings).images
            self._index = pipeline.ImageIndex(images, types=self._types) if images else None
            self._images = images

    def list_entries(self) -> Iterator[Entry]:
        """Every record with a picture and at least one question and answer."""
        self.left_out.clear()
        checked = pipeline.check_file(
            self._file,
            pipeline.make_rules(self._settings),
            images=self._index,
            types=self._types,
        )
        for position, each in enumerate(checked):
            problem = _find_problem(each.record)
            if problem:
                self.left_out[problem] += 1
                continue
            claims = Counter(str(claim.verdict) for claim in each.verdict.claims)
            line = {"score": each.verdict.score, "claims": claims}
            name = f"{each.id} ({each.place})"
            yield Entry(position, name, each.response_type, _find_risk(line))

    def load(self, positions: Iterable[int]) -> dict[int, Listed]:
        """The records at these positions."""
        wanted = set(positions)
        found = {}
        for position, (place, record) in enumerate(iter_records(self._file)):
            if position in wanted and isinstance(record, dict):
                annotated = self._index.find(record) if self._index is not None else None
                name = f"{record.get('id', '')} ({place})"
                type_ = name_response_type(record, self._types)
                found[position] = _read_listed(name, type_, record, annotated)
        return found

    def iterate_images(self) -> Iterator[AnnotatedImage]:
        """The images of the annotations."""
        yield from self._images


def list_pictures(target: Path) -> dict[str, list[str]]:
    """The pictures that the records of a run folder or file name, each with the records' ids.

    Raises:
        DatasetError: the file cannot be read.
        RunError: the run folder holds no data set.
    """
    file = target / pipeline.DATASET_FILE if target.is_dir() else target
    if target.is_dir() and not file.is_file():
        raise RunError(target, f"holds no {file.name}; `datagen build {target}` writes it")
    pictures: dict[str, list[str]] = {}
    for _, record in iter_records(file):
        if isinstance(record, dict) and isinstance(record.get("image"), str) and record["image"]:
            pictures.setdefault(record["image"], []).append(str(record.get("id", "")))
    return pictures


def open_records(target: Path, settings: RunSettings) -> RecordSet:
    """The records of a run folder or of a file.

    Raises:
        RunError: the folder is no run folder or has no data set.
        SourceError: the annotations cannot be used.
    """
    if target.is_dir():
        RunStore(target).close()  # says that it is no run folder
        return RunRecords(target)
    return FileRecords(target, settings)


def _find_risk(line: Mapping[str, Any]) -> Risk:
    """`high` where a claim could not be verified, `unknown` where nothing was held against it.

    >>> _find_risk({"score": 0.9, "claims": {"supported": 3, "unsupported": 1}})
    'high'
    """
    if line.get("score") is None:
        return "unknown"
    claims = line.get("claims", {})
    doubts = sum(claims.get(name, 0) for name in ("unverifiable", "unsupported", "contradicted"))
    return "high" if doubts else "low"


def _find_problem(record: object) -> str:
    """Why a record cannot be shown to a model; empty where it can."""
    if not isinstance(record, dict):
        return "is no record"
    if not isinstance(record.get("image"), str) or not record["image"]:
        return "names no picture"
    return "" if _read_turns(record) else "has no question with an answer"


def _read_listed(
    name: str, response_type: str, record: object, annotated: AnnotatedImage | None
) -> Listed:
    fields = record if isinstance(record, dict) else {}
    first = next((turn.text for turn in read_record(record).turns if turn.text), "")
    image_first = not first.rstrip().endswith(IMAGE_TOKEN) or first.strip() == IMAGE_TOKEN
    return Listed(
        name,
        response_type,
        str(fields.get("image", "")),
        _read_turns(record),
        image_first,
        annotated,
    )


def _read_turns(record: object) -> tuple[Turn, ...]:
    """Questions and answers in turn, without `<image>`; what comes behind a break is left."""
    texts = [
        (turn.speaker, (turn.text or "").replace(IMAGE_TOKEN, "").strip())
        for turn in read_record(record).turns
    ]
    turns = []
    for (asks, question), (answers, answer) in zip(texts[::2], texts[1::2], strict=False):
        if (asks, answers) != ("human", "gpt") or not answer:
            break
        turns.append(Turn(question, answer))
    return tuple(turns)


def _strip_type(record_id: str, response_type: str) -> str:
    """The image id in a record's own id.

    >>> _strip_type("000000033471_detail_description_0", "detail_description")
    '000000033471'
    """
    return record_id.rpartition("_")[0].removesuffix(f"_{response_type}")
