"""Pipeline, a finished file: every record of it is checked, held against its image where one is known.

Also for files that this tool did not make.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import asdict

from datagen.balance import Balance
from datagen.checks import SeenRecords, is_rejected, make_finding
from datagen.checks.checker import Checker, CheckRules, Verdict
from datagen.checks.images import ImageLook, SeenPictures, look_at_image
from datagen.checks.near import NearRepeats
from datagen.checks.shape import ReadTurn, read_record
from datagen.formats.reading import BrokenLine, iter_records
from datagen.pipeline.working import work_in_order
from datagen.prompts import LLAVA_TYPES
from datagen.records import IMAGE_TOKEN, AnnotatedImage, Finding, ImageSet
from datagen.sources.exclusions import to_image_id

_LONG = 40  # words; a single answer that long describes or reasons
_DESCRIBING = ("describ", "elaborate", "detail", "explain the visual", "what do you see")


class Task(NamedTuple):
    """One record, with the image that it is about where that is known."""

    record: object
    image: AnnotatedImage | None
    response_type: str


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """One record of a file and what is said of it.

    Attributes:
        place: where it stands in the file (`line 3`); `START` for a fault of the file as a whole.
        id: its id as text, empty where it has none.
        record: the decoded JSON value; None where it is not JSON.
        response_type: by its id, else guessed from its form.
        image: what it was held against; None where nothing is known of its image.
    """

    place: str
    id: str
    record: object
    response_type: str
    verdict: Verdict
    image: AnnotatedImage | None = None


class ImageIndex:
    """Finds the image of a record by what the record calls it."""

    def __init__(self, images: ImageSet, *, types: Iterable[str] = LLAVA_TYPES) -> None:
        """Index images by id and by file name; `types` are the response types that ids may name."""
        self._types = tuple(sorted(types))
        self._images = images
        # Only for names that do not say the id: of a million others this would be 100 MB.
        self._places = {
            key: place
            for place, each in enumerate(images.iterate_outlines())
            if (key := to_image_id(each.file_name)) != each.id
        }

    def find(self, record: object) -> AnnotatedImage | None:
        """By the record's `image`; where it has none by its `id`, with or without what follows."""
        fields: Mapping[Any, Any] = record if isinstance(record, dict) else {}
        name = fields.get("image") or fields.get("id")
        if not isinstance(name, str | int) or isinstance(name, bool):
            return None
        text = str(name)
        keys = (text, to_image_id(text), _split_id(text, self._types)[0])
        return next((image for key in keys if (image := self._find(key)) is not None), None)

    def _find(self, key: str) -> AnnotatedImage | None:
        image = self._images.find(key)
        place = self._places.get(key) if image is None else None
        return image if place is None else self._images[place]


def name_response_type(record: object, types: Iterable[str] = LLAVA_TYPES) -> str:
    """The response type in a record's id, else the one that its form suggests.

    Args:
        record: a decoded JSON value.
        types: the known ones; others are told by an id too, if they are small letters and `_` only.

    >>> name_response_type({"id": "000000033471_detail_description_0"})
    'detail_description'
    """
    fields: Mapping[Any, Any] = record if isinstance(record, dict) else {}
    own = _split_id(str(fields.get("id", "")), tuple(sorted(types)))[1]
    if own:
        return own
    messages = fields.get("conversations")
    texts = [
        str(message.get("value", "")) if isinstance(message, dict) else ""
        for message in (messages if isinstance(messages, list) else ())
    ]
    if len(texts) != 2 or len(texts[1].split()) < _LONG:
        return "conversation"
    asks = texts[0].lower()
    describes = any(word in asks for word in _DESCRIBING)
    return "detail_description" if describes else "complex_reasoning"


def _split_id(text: str, types: tuple[str, ...]) -> tuple[str, str]:
    """Image id and response type of an id that this tool gave; the type empty for any other."""
    own = _match_ids(types).fullmatch(text)
    return (own[1] or own[3], own[2] or own[4]) if own else (text, "")


@lru_cache(maxsize=8)
def _match_ids(types: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the ids of this tool; a known type comes first, for image ids may end in words."""
    known = "|".join(map(re.escape, types))
    return re.compile(rf"(?:(.+?)_({known})|(.+?)_([a-z][a-z_]*))_\d+")


def check_file(
    file: Path,
    rules: CheckRules,
    *,
    images: ImageIndex | None = None,
    folder: Path | None = None,
    types: Iterable[str] = LLAVA_TYPES,
    workers: int | None = None,
) -> Iterator[CheckedRecord]:
    """Check every record of a file, in order.

    Args:
        file: a LLaVA file, JSON array or JSONL.
        rules: what is let through.
        images: the images with captions and boxes; None checks the texts only.
        folder: of the pictures; every one is opened.
        types: the response types that ids may name.
        workers: processes; see `work_in_order`.

    Raises:
        DatasetError: the file cannot be read. Raised while iterating.
        SettingsError: the rules cannot be set up.
    """
    checker = load_checker(rules)
    seen = _Seen()
    names = tuple(types)
    waiting: deque[tuple[str, Task]] = deque()

    def list_tasks() -> Iterator[Task]:
        for place, record in iter_records(file):
            image = images.find(record) if images is not None else None
            task = Task(record, image, name_response_type(record, names))
            waiting.append((place, task))
            yield task

    work = partial(check_chunk, rules, folder)
    for verdict, look in work_in_order(work, list_tasks(), workers=workers):
        place, (record, image, type_) = waiting.popleft()
        more = [] if isinstance(record, BrokenLine) else seen.check(record, look)
        if images is not None and image is None and isinstance(record, dict):
            more.append(make_finding("no-context"))
        fields = record if isinstance(record, dict) else {}
        yield CheckedRecord(
            place,
            str(fields.get("id", "")),
            None if isinstance(record, BrokenLine) else record,
            type_,
            replace(verdict, findings=verdict.findings + checker.weigh(more)) if more else verdict,
            image,
        )


class _Seen:
    """What needs the records before: repeats of records, texts and pictures."""

    def __init__(self) -> None:
        self._records = SeenRecords()
        self._texts = NearRepeats()
        self._pictures = SeenPictures()

    def check(self, record: object, look: ImageLook | None) -> list[Finding]:
        same = self._records.check(record)
        findings = same + ([] if is_rejected(same) else self._texts.check(record))
        if look is not None and isinstance(record, dict):
            findings += self._pictures.add(record["image"], look)
        return findings


def describe_claims(checked: CheckedRecord) -> Iterator[dict[str, Any]]:
    """A line for each claim of a record, as plain values; offsets count characters of the message."""
    for claim in checked.verdict.claims:
        text = _read_message(checked.record, claim.turn)
        span = text[claim.start : claim.end]
        yield {"place": checked.place, "id": checked.id, "span": span, **asdict(claim)}


def describe_checked(checked: CheckedRecord) -> dict[str, Any]:
    """A record's line in a file of scores: its score, claims by verdict, and what rejects it."""
    verdict = checked.verdict
    counts = Counter(str(claim.verdict) for claim in verdict.claims)
    codes = {finding.code for finding in verdict.findings if finding.severity == "reject"}
    return {
        "id": checked.id,
        "place": checked.place,
        "response_type": checked.response_type,
        "score": None if verdict.score is None else round(verdict.score, 4),
        "claims": dict(sorted(counts.items())),
        "rejected": sorted(codes),
    }


def count_balance(balance: Balance, checked: CheckedRecord) -> None:
    """Count a record of a file; what is no dialogue is left out."""
    texts = [(turn.text or "").replace(IMAGE_TOKEN, "").strip() for turn in read_turns(checked)]
    claims = checked.verdict.claims
    supported = [claim for claim in claims if claim.verdict == "supported"]
    if texts:
        balance.add(
            checked.response_type,
            checked.image.file_name if checked.image is not None else checked.id,
            list(zip(texts[::2], texts[1::2], strict=False)),
            named={name for each in supported if each.family == "object" for name in each.classes},
            boxed={box.category for box in checked.image.boxes} if checked.image else (),
            absent=sum(claim.family == "absence" for claim in supported),
        )


def read_turns(checked: CheckedRecord) -> Sequence[ReadTurn]:
    """The messages of a record as far as they can be read."""
    return read_record(checked.record).turns


def _read_message(record: object, turn: int) -> str:
    return read_record(record).turns[turn].text or ""


@lru_cache(maxsize=1)
def load_checker(rules: CheckRules) -> Checker:
    """The checker of these rules; each process loads it once.

    Raises:
        SettingsError: as `Checker`.
    """
    return Checker(rules)


def check_chunk(
    rules: CheckRules, folder: Path | None, tasks: list[Task]
) -> list[tuple[Verdict, ImageLook | None]]:
    """Verdicts, and the looks of the pictures; a picture that comes again is decoded once a chunk."""
    checker = load_checker(rules)
    looks: dict[str, ImageLook] = {}
    checker.prepare(task.record for task in tasks)
    return [(_check_one(checker, task), _look(task.record, folder, looks)) for task in tasks]


def _check_one(checker: Checker, task: Task) -> Verdict:
    record = task.record
    if isinstance(record, BrokenLine):
        finding = make_finding(record.code, span=record.span, detail=record.message)
        return Verdict(checker.weigh([finding]))
    return checker.check(record, task.image, task.response_type)


def _look(record: object, folder: Path | None, looks: dict[str, ImageLook]) -> ImageLook | None:
    name = record.get("image") if isinstance(record, dict) else None
    if folder is None or not isinstance(name, str) or not name:
        return None
    if name not in looks:
        looks[name] = look_at_image(folder / name)
    return looks[name]
