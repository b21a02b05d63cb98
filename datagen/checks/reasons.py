"""Validate stage: every reason code, documented once, with its severity.

The table is the only place that decides what rejects a record. The sentences about the trainer
restate what LLaVA's loader was seen to do (template v1, one sequence, loss on the answers only).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from datagen.records import Finding, Severity

SPAN_LENGTH = 80
"""Characters of offending text that a finding quotes at most."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a code means, for people: the defect, then what comes of it."""

    stage: str
    severity: Severity
    sentence: str


def _rejects(stage: str, sentences: Mapping[str, str]) -> dict[str, Reason]:
    return {code: Reason(stage, "reject", sentence) for code, sentence in sentences.items()}


def _notes(stage: str, sentences: Mapping[str, str]) -> dict[str, Reason]:
    return {code: Reason(stage, "note", sentence) for code, sentence in sentences.items()}


_SHAPE = {
    "not-json": "This place of the file is not JSON; the trainer cannot load the file at all.",
    "not-an-object": "The record is not a JSON object; the trainer crashes.",
    "no-id": "The record has no id; the trainer does not ask for it, but no report can name it.",
    "id-not-text": "The id is neither text nor a whole number; no report can name the record.",
    "no-conversations": "The key `conversations` is missing; the trainer crashes.",
    "conversations-not-list": "`conversations` is not a list; the trainer crashes.",
    "conversations-empty": "`conversations` is empty; the trainer crashes.",
    "turn-not-object": "A turn is not a JSON object; the trainer crashes.",
    "no-speaker": "A turn has no key `from`; the trainer crashes.",
    "unknown-speaker": "`from` is neither `human` nor `gpt`; the trainer crashes.",
    "no-value": "A turn has no key `value`; the trainer crashes.",
    "value-null": "The text of a turn is null; the trainer crashes.",
    "value-not-text": "The text of a turn is no string; the trainer crashes.",
    "image-null": "`image` is null; the trainer crashes. Leave the key out of a text-only record.",
    "image-empty": "`image` is an empty name; the trainer opens the image folder and crashes.",
    "image-list": "`image` is a list; the trainer takes one file name and crashes.",
    "image-not-text": "`image` is not a file name; the trainer crashes.",
    "broken-unicode": "Half of a surrogate pair stands in the text; no UTF-8 file can hold it and the tokenizer crashes.",
    "malformed": "The record does not fit the LLaVA format.",
}

_DIALOGUE = {
    "first-turn-gpt": "The first turn is the model's; the trainer drops it without a word.",
    "speaker-repeated": "Two turns in a row have the same speaker; the trainer crashes.",
    "last-turn-human": "The last turn is a question; the trainer warns and learns nothing from the whole record.",
    "empty-answer": "An answer is empty; the trainer warns and learns nothing from the whole record.",
    "empty-question": "A question is empty; the trainer warns and learns nothing from the whole record.",
    "blank-answer": "An answer is blanks only; the trainer silently learns to answer with a blank.",
    "blank-question": "A question is blanks only; the trainer silently learns to answer nothing.",
    "separator-in-text": "The text holds ` ASSISTANT: `, at which the trainer splits; it warns and learns nothing from the whole record.",
    "end-token-in-text": "The text holds `</s>`, at which the trainer splits; it warns and learns nothing from the whole record.",
}

_PICTURE = {
    "image-token-missing": "There is an image but no `<image>` in the text; the trainer silently trains without the image.",
    "image-token-late": "`<image>` stands in a later turn; beside one in the first question the trainer gives it the next record's image and crashes at the end of the batch.",
    "image-token-in-answer": "`<image>` stands in an answer; the trainer gives it the next record's image and crashes at the end of the batch.",
    "image-token-twice": "`<image>` stands twice in one turn; the trainer silently makes one of it, others count two images.",
    "image-token-unused": "`<image>` stands in the text but there is no key `image`; the trainer has no picture to put there and learns the seven characters as text.",
    "image-missing": "The image file does not exist; the trainer crashes.",
    "image-corrupt": "The image file cannot be decoded to its end; the trainer crashes.",
    "too-long": "The record is longer than 2048 tokens, its image included; the trainer silently cuts the end off.",
}

_STRUCTURE_NOTES = {
    "image-token-inside": "`<image>` stands in the middle of the question; the trainer moves it to the start, others leave it.",
    "text-only": "The record has no image; LLaVA mixes such records in, but they teach nothing about pictures.",
    "over-budget": "The record may be longer than 2048 tokens, its image included; then the trainer silently cuts the end off.",
    "user-label-in-text": "The text holds ` USER: `; the trainer does not mind, but the model learns to write the user's part.",
}

_LANGUAGE = {
    "source-named": "The text speaks of captions, descriptions or annotations; the model would learn to cite what its users never see.",
    "box-named": "The text speaks of bounding boxes, detections or their coordinates; the model would learn to cite what its users never see.",
    "coordinates": "The text holds box coordinates; the model would learn to recite numbers.",
    "refusal-phrase": "The text refuses, apologizes or says that it cannot see the image; the model would learn to refuse.",
    "self-talk": "The text speaks of itself as a program or of its instructions; the model would learn to do so.",
}

_LANGUAGE_NOTES = {
    "mention-talk": "The text says that something is or is not mentioned; texts mention, pictures show.",
    "chat-filler": "The text opens or closes with chat phrases that carry no content.",
    "placeholder-text": "The text holds a placeholder that nobody filled in.",
}

_REPEATS = {
    "same-record": "The same id, image and conversation stand earlier in the file; the trainer sees the record twice.",
}

_REPEAT_NOTES = {
    "same-id": "Another record has this id; LLaVA's own files repeat ids over response types, but tools that look records up by id take the wrong one.",
}

REASON_TABLE: Mapping[str, Reason] = {
    **_rejects("structure", _SHAPE),
    **_rejects("structure", _DIALOGUE),
    **_rejects("structure", _PICTURE),
    **_notes("structure", _STRUCTURE_NOTES),
    **_rejects("language", _LANGUAGE),
    **_notes("language", _LANGUAGE_NOTES),
    **_rejects("duplicates", _REPEATS),
    **_notes("duplicates", _REPEAT_NOTES),
}
"""Every reason code of this stage: stage, severity and sentence."""

REASONS: Mapping[str, str] = {code: reason.sentence for code, reason in REASON_TABLE.items()}
"""Every reason code of this stage with one sentence for people."""


def make_finding(
    code: str, *, turn: int | None = None, span: str = "", detail: str = ""
) -> Finding:
    """Build the finding of a documented code; `span` is cut to `SPAN_LENGTH` characters.

    Args:
        code: a key of `REASON_TABLE`.
        turn: LLaVA message index, None for the whole record.
        span: the offending text, verbatim.
        detail: what only this case knows, put in brackets after the sentence.

    >>> make_finding("conversations-empty").message
    '`conversations` is empty; the trainer crashes.'
    """
    reason = REASON_TABLE[code]
    message = f"{reason.sentence} ({detail})" if detail else reason.sentence
    return Finding(code, reason.stage, reason.severity, message, turn, span[:SPAN_LENGTH])
