"""Parse stage, what models put around a reply: tokens, reasoning, courtesies, refusals.

All of it works line by line or at the ends, so that a reply of any size costs linear time.
"""

import re
import string

from datagen.replies.notes import Notes

_SPACES = string.whitespace + "\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\ufeff\u200b\u2060"
_BLANKS = _SPACES + "".join(map(chr, range(0x2000, 0x200B))) + _INVISIBLE
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")

_END_TOKENS = (
    "</s>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|end|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<end_of_turn>",
    "<eos>",
)

_COLONS = (":", "\uff1a")
_LOOK = 300
"""Characters of a line or text that the patterns below look at."""

_COURTESY = re.compile(
    r"(?:(?:sure|certainly|of course|absolutely|okay|ok|alright|gladly|great|no problem|understood"
    r"|thanks|thank you|as requested|claro|por supuesto|nat(?:ü|ue)rlich|gerne|bien s(?:û|u)r"
    r"|d'accord)\b|물론|네[,!. ]|알겠습니다|当然|好的|もちろん|はい|承知)",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"(?:here(?:'s| is| are)|below (?:is|are)|the following (?:is|are)|this is)\b.*\b"
    r"(?:descriptions?|answers?|responses?|repl(?:y|ies)|conversations?|dialogues?|questions?"
    r"|pairs?|examples?|text|json|summary|paragraphs?|output|version)\b.*",
    re.IGNORECASE,
)
_PROMISE = re.compile(r"\b(?:here(?:'s| is| are)|i'll|i will|let me)\b", re.IGNORECASE)
_FAREWELL = re.compile(
    r"(?:(?:i )?hope (?:this|these|that)\b|(?:please )?let me know\b|(?:please )?feel free to\b"
    r"|is there anything else\b|would you like me to\b|if you\b.*\b(?:let me know|feel free|just ask)\b)",
    re.IGNORECASE,
)
_APOLOGY = re.compile(
    r"(?:(?:i'm|i am|we're|we are)\s+(?:(?:really|very|truly|so)\s+)?"
    r"(?:sorry|afraid|unable|not able|not allowed)\b"
    r"|sorry\b|my apologies\b|apologies\b|i apologi[sz]e\b|unfortunately\b"
    r"|as an? (?:ai|assistant|(?:large )?language model|text-based)\b"
    r"|i (?:must|have to|respectfully) decline\b"
    r"|i (?:can'?t|cannot|can not|won'?t|will not|am unable to|don't|do not)\s+"
    r"(?:help|assist|comply|fulfil|provide|create|generate|describe|view|access|process|complete"
    r"|write|continue|analy[sz]e|identify|engage|have (?:access|the ability|enough))"
    r"|죄송|lo siento\b|es tut mir leid\b|tut mir leid\b|je suis désolée?\b|désolée?\b"
    r"|抱歉|很抱歉|对不起|對不起|申し訳|すみません)",
    re.IGNORECASE,
)
_INABILITY = re.compile(
    r"\b(?:can'?t|cannot|can not|could ?n't|could not|unable|not able|not allowed|won'?t"
    r"|will not|don't have|do not have|decline|not comfortable|not permitted|no puedo"
    r"|kann (?:ich )?(?:\w+ ){0,4}nicht|ne peux pas|ne suis pas|no access)\b"
    r"|없|못|无法|無法|不能|できません|できない|いたしかね",
    re.IGNORECASE,
)
_LONGEST_REFUSAL = 700
"""Characters; what goes on for longer than that has something to say, the checks look at it."""


def _straighten(text: str) -> str:
    """Straight apostrophes, which the patterns above expect."""
    return text.replace("\u2019", "'")


def trim(text: str) -> str:
    """Strip blanks of any script and zero-width characters from both ends."""
    return text.strip(_BLANKS)


def clean_reply(text: str, notes: Notes) -> str:
    """The reply without reasoning, end tokens and odd characters; newlines are LF."""
    mended = _SURROGATE.sub("\ufffd", text)
    if mended != text:
        notes.add("broken-characters")
    text = _LINE_END.sub("\n", mended)
    if text != mended:
        notes.add("line-endings")
    bare = text.strip()
    text = trim(bare)
    if text != bare:
        notes.add("invisible-characters")
    return _drop_end_tokens(_drop_thinking(text, notes), notes)


def _drop_thinking(text: str, notes: Notes) -> str:
    """Leave out `<think>…</think>`; some chat templates keep the opening tag to themselves."""
    opened = text.startswith("<think>")
    thought, closing, rest = text.partition("</think>")
    if not opened and (not closing or "<think>" in thought):
        return text
    notes.add("thinking-removed", thought)
    return trim(rest)


def _drop_end_tokens(text: str, notes: Notes) -> str:
    end = len(text)
    while token := next((each for each in _END_TOKENS if text.endswith(each, 0, end)), ""):
        notes.add("end-token", token)
        end -= len(token)
        while end and text[end - 1] in _BLANKS:
            end -= 1
    return text[:end]


def split_preamble(text: str) -> tuple[str, str]:
    r"""Split up to two opening lines that only announce the reply from the rest.

    >>> split_preamble("Sure! Here is a description:\n\nA red bus waits.")
    ('Sure! Here is a description:', 'A red bus waits.')
    """
    rest = text
    for _ in range(2):
        line, _, after = rest.partition("\n")
        if not _is_preamble(line):
            break
        rest = trim(after)
    return trim(text[: len(text) - len(rest)]), rest


def _is_preamble(line: str) -> bool:
    if len(line) > _LOOK:
        return False
    line = _straighten(line).strip("*_# \t")
    announces = line.endswith(_COLONS) and _ANNOUNCEMENT.match(line)
    return bool(announces) or _is_courtesy(line)


def _is_courtesy(line: str) -> bool:
    match = _COURTESY.match(line)
    if match is None:
        return False
    rest = line[match.end() :]
    return line.endswith(_COLONS) or not any(map(str.isalnum, rest)) or bool(_PROMISE.search(rest))


def split_postamble(text: str) -> tuple[str, str]:
    r"""Split a last paragraph that speaks to the user from the text.

    >>> split_postamble("A red bus waits.\n\nLet me know if you need more!")
    ('A red bus waits.', 'Let me know if you need more!')
    """
    body, blank, last = text.rpartition("\n\n")
    if blank and len(last) <= _LOOK and _FAREWELL.match(_straighten(last).strip("*_# \t\n")):
        return trim(body), trim(last)
    return text, ""


def is_refusal(text: str) -> bool:
    """Whether the whole text declines: it opens with regret or inability, and is short.

    >>> is_refusal("I'm sorry, but I can't help with that.")
    True
    >>> is_refusal("The sign says sorry, we are closed.")
    False
    """
    if len(text) > _LONGEST_REFUSAL:
        return False
    text = _straighten(text).lstrip("*_# \t\n\"'“")
    if not _APOLOGY.match(text):
        return False
    return _INABILITY.search(text[:_LOOK]) is not None
