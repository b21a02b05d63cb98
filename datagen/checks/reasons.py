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
    "byte-order-mark": "The file begins with a byte-order mark; the trainer cannot load it. Save it as UTF-8 without one.",
    "wrong-encoding": "This place of the file is not UTF-8; the trainer cannot load the file at all.",
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
    "too-long": "The record is longer than the budget (2048 tokens unless told otherwise), its image included; the trainer silently cuts the end off.",
}

_STRUCTURE_NOTES = {
    "image-token-inside": "`<image>` stands in the middle of the question; the trainer moves it to the start, others leave it.",
    "text-only": "The record has no image; LLaVA mixes such records in, but they teach nothing about pictures.",
    "over-budget": "The record may be longer than the budget (2048 tokens unless told otherwise), its image included; then the trainer silently cuts the end off.",
    "user-label-in-text": "The text holds ` USER: `; the trainer does not mind, but the model learns to write the user's part.",
}

_LANGUAGE = {
    "source-named": "The text speaks of captions, descriptions or annotations; the model would learn to cite what its users never see.",
    "box-named": "The text speaks of bounding boxes, detections or their coordinates; the model would learn to cite what its users never see.",
    "coordinates": "The text holds box coordinates; the model would learn to recite numbers.",
    "refusal-phrase": "The text refuses, apologizes or says that it cannot see the image; the model would learn to refuse.",
    "placeholder-text": "The text holds a placeholder that nobody filled in; the model would learn to write it.",
    "self-talk": "The text speaks of itself as a program or of its instructions; the model would learn to do so.",
}

_LANGUAGE_NOTES = {
    "mention-talk": "The text says that something is or is not mentioned; texts mention, pictures show.",
    "chat-filler": "The text opens or closes with chat phrases that carry no content.",
}

_SCRIPT = {
    "wrong-script": "The text is written in letters that the language of the data set does not use; the model would learn to answer in another language.",
    "wrong-language": "The text is in another language than the data set; the model would learn to answer in it.",
}

_SCRIPT_NOTES = {
    "foreign-letters": "Some words stand in letters that the language of the data set does not use, and nothing says that they are a name or a sign.",
}

_ENDINGS = {
    "cut-ending": "The answer breaks off; the model would learn to stop in the middle of a sentence.",
}

_ENDINGS_NOTES = {
    "no-full-stop": "The answer ends without the full stop that its other sentences have; it may have been cut.",
}

_REPETITION = {
    "repeated-sentence": "The same sentence stands in an answer again and again; the model would learn to go round in circles.",
    "repeated-words": "The same words come over and over in a row; the model would learn to go round in circles.",
}

_COPYING = {
    "copied-example": "A long run of words stands verbatim in the prompt's own examples; the answer is about another picture.",
}

_COPYING_NOTES = {
    "copied-question": "The question stands verbatim in the prompt's own examples; it may not fit the picture, and the data set grows monotonous.",
}

_MARKUP = {
    "chat-token": "The text holds a control token or a speaker label of a chat template; a trainer may take it for one, or the model learns to write it.",
    "reply-separator": "The text holds a separator or label of the reply layout; the reply was taken apart at the wrong place.",
    "code-fence": "The text holds a code fence; the model would learn to answer with code blocks.",
    "html-markup": "The text holds HTML; the model would learn to write tags.",
    "control-character": "The text holds a control character; tokenizers and viewers make different things of it.",
    "escaped-line-end": "A line end stands as two characters, `\\n`; the model would learn to write them.",
    "decoding-damage": "Letters were decoded wrongly or lost before the text came here; the model would learn the damage.",
}

_MARKUP_NOTES = {
    "latex-markup": "The text holds LaTeX, which shows as it stands wherever nobody renders it.",
    "markdown-markup": "The text holds Markdown headings, tables, links or pictures, which show as they stand wherever nobody renders them.",
    "invisible-character": "The text holds a character without width; two words that look the same are then different to the tokenizer.",
}

_PERSONAL = {
    "email-address": "The text holds an e-mail address; the model would learn it by heart.",
    "phone-number": "The text holds a telephone number; the model would learn it by heart.",
    "account-number": "The text holds the number of a card, an account or an identity paper; the model would learn it by heart.",
    "person-identified": "The text says who a person is by their looks; the model would learn to recognize people and to be wrong about them.",
    "slur": "The text holds a word that insults a group of people.",
    "sexual-content": "The text is sexual; such data are not wanted whoever is shown.",
    "minor-sexualized": "The text speaks of a child in a sexual way.",
    "harmful-advice": "The text tells or asks how to hurt somebody or oneself.",
}

_PERSONAL_NOTES = {
    "trait-guessed": "The text guesses origin, belief, orientation or health of a person from looks.",
    "plate-number": "The text reads out a vehicle's number plate, which leads to a person.",
    "profanity": "The text swears.",
}

_GROUNDING = {
    "absent-object": "The text speaks of something as there that neither boxes nor captions of the image have.",
    "wrong-count": "The text gives a number that boxes and captions of the image contradict.",
    "wrong-place": "The text puts something on a side or at a place where the boxes do not have it.",
    "false-absence": "The text says that something is not there which boxes or captions of the image have.",
    "wrong-colour": "The text gives something another colour than the captions of the image.",
    "wrong-attribute": "The text gives a posture, weather, light or action that the captions of the image contradict.",
    "inconsistent-count": "The text contradicts itself: its total is not the sum of its parts.",
    "low-score": "Too much of what the text claims has no ground in boxes and captions of the image.",
}

_GROUNDING_NOTES = {
    "no-context": "No context is given for the image, so what the text claims was not held against anything.",
}

# sets of records
_REPEATS = {
    "same-record": "The same id, image and conversation stand earlier in the file; the trainer sees the record twice.",
    "same-dialogue": "The same conversation about the same image stands earlier in the file under another id; the trainer sees it twice.",
    "near-duplicate": "The answers nearly repeat those of an earlier record about the same image; the trainer sees the same text twice and learns it by heart.",
}

_REPEAT_NOTES = {
    "same-id": "Another record has this id; LLaVA's own files repeat ids over response types, but tools that look records up by id take the wrong one.",
    "repeated-answer": "The answer nearly repeats an earlier one about the same image; it teaches nothing new.",
    "repeated-question": "The question was asked about the same image before; two answers to it may contradict each other.",
    "shared-answer": "The answer nearly repeats one about another image; many of these make a model that says the same of every picture.",
    "same-picture": "The picture looks the same as an earlier one with another file name; with one in the training part and one in the test part of a split, the test measures memory.",
}

REASON_TABLE: Mapping[str, Reason] = {
    **_rejects("structure", _SHAPE),
    **_rejects("structure", _DIALOGUE),
    **_rejects("structure", _PICTURE),
    **_notes("structure", _STRUCTURE_NOTES),
    **_rejects("language", _LANGUAGE),
    **_notes("language", _LANGUAGE_NOTES),
    **_rejects("script", _SCRIPT),
    **_notes("script", _SCRIPT_NOTES),
    **_rejects("endings", _ENDINGS),
    **_notes("endings", _ENDINGS_NOTES),
    **_rejects("repetition", _REPETITION),
    **_rejects("copying", _COPYING),
    **_notes("copying", _COPYING_NOTES),
    **_rejects("markup", _MARKUP),
    **_notes("markup", _MARKUP_NOTES),
    **_rejects("personal", _PERSONAL),
    **_notes("personal", _PERSONAL_NOTES),
    **_rejects("grounding", _GROUNDING),
    **_notes("grounding", _GROUNDING_NOTES),
    # sets of records
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
