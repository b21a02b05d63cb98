"""Validate stage: raw LLaVA record -> findings about what the trainer would make of it.

One rule for each thing that LLaVA's loader does to a record other than train on it as it stands.
Template v1: `<system> USER: <question> ASSISTANT: <answer></s>USER: ...`; the loader splits the
finished text at `</s>` and ` ASSISTANT: ` to find the answers, so neither may stand in a turn.
"""

from collections.abc import Callable, Iterator
from itertools import chain, pairwise

from datagen.checks.length import DEFAULT_BUDGET, Budget, check_length
from datagen.checks.reasons import make_finding
from datagen.checks.shape import ReadRecord, ReadTurn, check_shape, read_record
from datagen.records import IMAGE_TOKEN, Finding

_SEPARATOR = " ASSISTANT: "
_END_TOKEN = "</s>"
_USER_LABEL = " USER: "


def check_structure(
    record: object, readable: ReadRecord | None = None, *, budget: Budget = DEFAULT_BUDGET
) -> list[Finding]:
    """Check a decoded JSON value as LLaVA's trainer would load it.

    Args:
        record: anything; a LLaVA record if all is well.
        readable: the same record already read, if the caller did so.
        budget: of tokens; see `length`.

    Returns:
        All findings, each code once a turn, whole-record findings first, then in turn order.
    """
    readable = readable or read_record(record)
    rules = [rule(readable) for rule in _RULES]
    once: dict[tuple[str, int | None], Finding] = {}
    for finding in chain(check_shape(record), *rules, _check_length(readable, budget)):
        once.setdefault((finding.code, finding.turn), finding)
    return sorted(once.values(), key=lambda finding: -1 if finding.turn is None else finding.turn)


def _check_unicode(record: ReadRecord) -> Iterator[Finding]:
    if any(_is_broken(name) for name in record.names):
        yield make_finding("broken-unicode")
    for turn in record.turns:
        if turn.text and _is_broken(turn.text):
            yield make_finding("broken-unicode", turn=turn.place)


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_speakers(record: ReadRecord) -> Iterator[Finding]:
    turns = record.turns
    if turns and turns[0].speaker == "gpt":
        yield make_finding("first-turn-gpt", turn=0, span=turns[0].text or "")
    for before, turn in pairwise(turns):
        if turn.speaker and turn.speaker == before.speaker:
            yield make_finding("speaker-repeated", turn=turn.place, span=turn.speaker)
    if turns and turns[-1].speaker == "human":
        yield make_finding("last-turn-human", turn=turns[-1].place, span=turns[-1].text or "")


def _check_emptiness(record: ReadRecord) -> Iterator[Finding]:
    for turn in record.turns:
        if turn.speaker and turn.text is not None and not turn.text.strip():
            how = "blank" if turn.text else "empty"
            what = "answer" if turn.speaker == "gpt" else "question"
            yield make_finding(f"{how}-{what}", turn=turn.place, span=turn.text)


def _check_separators(record: ReadRecord) -> Iterator[Finding]:
    for turn in record.turns:
        text = turn.text or ""
        if _END_TOKEN not in text and "ASSISTANT:" not in text and "USER:" not in text:
            continue
        # The template puts a blank on both sides of a question, so its edges count too.
        framed = f" {text} " if turn.speaker == "human" else text
        if _SEPARATOR in framed:
            yield make_finding("separator-in-text", turn=turn.place, span=_SEPARATOR.strip())
        if _END_TOKEN in text:
            yield make_finding("end-token-in-text", turn=turn.place, span=_END_TOKEN)
        if _USER_LABEL in framed:
            yield make_finding("user-label-in-text", turn=turn.place, span=_USER_LABEL.strip())


def _check_image_tokens(record: ReadRecord) -> Iterator[Finding]:
    holders = [turn for turn in record.turns if IMAGE_TOKEN in (turn.text or "")]
    if not record.has_image:
        for turn in holders:
            yield make_finding("image-token-unused", turn=turn.place, span=IMAGE_TOKEN)
        if record.turns and not holders:
            yield make_finding("text-only")
        return
    if record.turns and not holders:
        yield make_finding("image-token-missing")
    first = next((turn.place for turn in record.turns if turn.speaker == "human"), None)
    for turn in holders:
        yield from _check_image_token(turn, is_first=turn.place == first)


def _check_image_token(turn: ReadTurn, *, is_first: bool) -> Iterator[Finding]:
    text = (turn.text or "").strip()
    if turn.speaker == "gpt":
        yield make_finding("image-token-in-answer", turn=turn.place, span=IMAGE_TOKEN)
    elif turn.speaker == "human" and not is_first:
        yield make_finding("image-token-late", turn=turn.place, span=IMAGE_TOKEN)
    elif not text.startswith(IMAGE_TOKEN) and not text.endswith(IMAGE_TOKEN):
        yield make_finding("image-token-inside", turn=turn.place, span=IMAGE_TOKEN)
    if text.count(IMAGE_TOKEN) > 1:
        yield make_finding("image-token-twice", turn=turn.place, span=IMAGE_TOKEN)


def _check_length(record: ReadRecord, budget: Budget) -> Iterator[Finding]:
    texts = [turn.text or "" for turn in record.turns]
    yield from check_length(texts, with_image=record.has_image, budget=budget)


_RULES: tuple[Callable[[ReadRecord], Iterator[Finding]], ...] = (
    _check_unicode,
    _check_speakers,
    _check_emptiness,
    _check_separators,
    _check_image_tokens,
)
