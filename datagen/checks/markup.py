"""Validate stage: texts of a record -> markup and characters that do not belong in prose.

What a trainer or a chat template takes for its own, what a viewer hides, what was broken on the
way. The text is looked at as it stands: emphasis and quotation marks are not taken away.
"""

import re
from collections.abc import Iterable, Iterator

from datagen.checks.reasons import make_finding
from datagen.checks.texts import Passage
from datagen.records import IMAGE_TOKEN, Finding

# A text without any of these characters holds no markup of the list below.
_SIGNS = re.compile(
    r"[<>\[{`~$\\#|=&:*\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u00ad\u00c2\u00c3\u00e2\u200b-\u200d\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd]"
)

_TAGS = (
    "a|b|big|blockquote|body|br|center|code|del|div|em|font|h[1-6]|head|hr|html|i|img|input|ins|li"
    "|mark|meta|ol|p|pre|script|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul"
)
_ENTITIES = (
    "amp|apos|gt|hellip|ldquo|lsquo|lt|mdash|nbsp|ndash|quot|rdquo|rsquo|#\\d{1,6}|#x[0-9a-f]{1,6}"
)

# (code, answers only, signs, pattern): a match holds one of the signs, where there are any. Every
# repeat has a bound, so a search takes linear time.
_PATTERNS: tuple[tuple[str, bool, str, re.Pattern[str]], ...] = tuple(
    (code, answers_only, signs, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for code, answers_only, signs, pattern in (
        ("chat-token", False, "<", r"<\|[^|<>\s]{1,40}\|>|<\uff5c[^<>\uff5c]{1,40}\uff5c>"),
        ("chat-token", False, "[<", r"\[/?INST\]|<</?SYS>>"),
        (
            "chat-token",
            False,
            "<[",
            r"<(?:s|pad|unk|bos|eos|sep|cls|mask|end_of_utterance|fake_token_around_image)>"
            r"|\[(?:PAD|UNK|MASK|SEP|CLS|BOS|EOS)\]|</?(?:start|end)_of_(?:turn|image|text)>",
        ),
        (
            "chat-token",
            False,
            "<[",
            r"</?(?:im_start|im_end|im_patch|vid_start|vid_end|video|audio|image_pad|vision_start"
            r"|vision_end|image_soft_token|img_context|ref|box|quad|point|loc\d{4}|image[_-]?\d{1,3}"
            r"|image-placeholder|image_placeholder|/image|think|thinking|tool_call|tool_response)>"
            r"|</image>|\[IMG(?:_\d{1,3})?\]",
        ),
        (
            "chat-token",
            False,
            ":#",
            r"^[ \t]{0,4}(?:#{2,4} {0,2}(?:human|user|assistant|gpt|system|instruction|response|input)\b ?:?"
            r"|(?:\*\*)?(?:human|user|assistant|gpt|chatgpt|system|ai assistant)(?:\*\*)? ?:)",
        ),
        ("reply-separator", False, "=", r"^[ \t]{0,4}={3,80}[ \t]{0,8}$"),
        (
            "reply-separator",
            True,
            ":",
            r"^[ \t]{0,4}(?:#{1,4} )?(?:\*\*)?(?:questions?|answers?|q|a)(?: ?#?\d{1,2})?(?:\*\*)? ?:",
        ),
        (
            "reply-separator",
            True,
            "{[",
            r"\A\s{0,8}[\[{]\s{0,8}[\[{]?\s{0,8}\"(?:question|answer|text|turns|pairs|conversations?)\"\s{0,4}:",
        ),
        ("code-fence", False, "`~", r"```|^~~~"),
        (
            "html-markup",
            False,
            "<&",
            rf"</?(?:{_TAGS})(?:\s[^<>]{{0,200}})?\s?/?>|<!--|&(?:{_ENTITIES});",
        ),
        ("control-character", False, "", r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"),
        (
            "decoding-damage",
            False,
            "",
            "\ufffd|\u00e2\u20ac[\u2122\u0153\u009d\u201c\u201d\u02dc\u00a6]?"
            "|\u00c3[\u00a9\u00a8\u00a4\u00b6\u00bc\u00b1\u00b3\u00ad\u00a1\u00aa\u00a2\u00a0\u00a7]"
            "|\u00c2[\u00a0\u00b0\u00a3\u00b7\u00bb\u00ab]|\\\\u[0-9a-f]{4}",
        ),
        (
            "latex-markup",
            False,
            "$\\",
            r"\$\$|\\[(\[]|\\(?:frac|text|times|sqrt|begin|end|cdot|math[a-z]{1,4}|approx|[lg]eq|circ"
            r"|item|section|pm|sum|degree)\b|\$[^$\n]{0,60}[\\^_{][^$\n]{0,60}\$",
        ),
        (
            "markdown-markup",
            False,
            "#[|*",
            r"^#{1,6} {1,3}\S|!?\[[^\]\n]{1,100}\]\([^)\s]{1,300}\)|^ {0,3}\|.{1,300}\|[ \t]{0,8}$"
            r"|\*\*[^*\n]{1,200}\*\*",
        ),
        (
            "invisible-character",
            False,
            "",
            "[\u00ad\u200b\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|(?<=[a-z])[\u200c\u200d](?=[a-z])",
        ),
        ("escaped-line-end", True, "\\", r"(?<=[.!?,;])\\[nrt](?=[A-Z\s\\]|\Z|- )"),
    )
)


def check_markup(passages: Iterable[Passage]) -> Iterator[Finding]:
    """Say which markup the texts hold: each code once a text, at its first place."""
    for passage in passages:
        yield from _check_text(passage)


def _check_text(passage: Passage) -> Iterator[Finding]:
    text = passage.text
    if text.startswith(IMAGE_TOKEN) or text.endswith(IMAGE_TOKEN):
        text = text.replace(IMAGE_TOKEN, "")
    held = set(_SIGNS.findall(text))
    if not held:
        return
    found: set[str] = set()
    for code, answers_only, signs, pattern in _PATTERNS:
        if code in found or (answers_only and not passage.is_answer):
            continue
        if signs and held.isdisjoint(signs):
            continue
        match = pattern.search(text)
        if match:
            found.add(code)
            yield make_finding(code, turn=passage.turn, span=match[0].strip(" \t\n"))
