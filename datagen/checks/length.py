"""Validate stage: texts of a record -> whether they fit the trainer's 2048 tokens.

Without the tokenizer only bounds can be told, so two are: a record rejects when even the lower
one is over the budget, and is noted when the upper one is.

Lower: a Llama token never spans two words, so each word between blanks is one token at least.

Upper: a word of n letters, all small or with a capital first, is taken for `min(n, n // 2 + 2)`
tokens, any other character for as many tokens as it has UTF-8 bytes, a blank before a letter for
none. Checked against the Llama 2 vocabulary (32,000 pieces) on 274,937 English words, small,
capitalized and glued to a bracket: never too few. Byte fallback makes the rule hold for any other
script as well. Prose comes out at about twice its true count.
"""

import re
from collections.abc import Iterator, Sequence

from datagen.checks.reasons import make_finding
from datagen.records import IMAGE_TOKEN, Finding

TOKEN_BUDGET = 2048
"""`model_max_length` of LLaVA's training scripts."""

IMAGE_TOKENS = 576
"""24 x 24 patches of CLIP ViT-L/14 at 336 pixels."""

# (lower, upper) tokens of the template, counted with the Llama 2 vocabulary.
_SYSTEM_TOKENS = (31, 36)
_LABEL_TOKENS = (3, 6)

_WORD = re.compile(r" ?([A-Z]?[a-z]+)")


def estimate_tokens(texts: Sequence[str], *, with_image: bool) -> tuple[int, int]:
    """Lower and upper bound of the tokens of a record in template v1.

    Args:
        texts: the values of its turns.
        with_image: an image takes the place of `<image>`.

    >>> estimate_tokens(["<image> Who is it?", "A cook."], with_image=True)
    (618, 638)
    """
    texts = [text.replace(IMAGE_TOKEN, "") for text in texts] if with_image else texts
    lower = sum(len(text.split()) for text in texts)
    upper = sum(_bound_tokens(text) for text in texts)
    image = IMAGE_TOKENS if with_image else 0
    low, high = (
        system + label * len(texts) + image
        for system, label in zip(_SYSTEM_TOKENS, _LABEL_TOKENS, strict=True)
    )
    return low + lower, high + upper


def _bound_tokens(text: str) -> int:
    words = [match.end(1) - match.start(1) for match in _WORD.finditer(text)]
    rest = len(_WORD.sub("", text).encode("utf-8", "surrogatepass"))
    return rest + sum(min(letters, letters // 2 + 2) for letters in words)


def check_length(texts: Sequence[str], *, with_image: bool) -> Iterator[Finding]:
    """Say when a record is surely (`too-long`) or perhaps (`over-budget`) cut by the trainer."""
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    frame = _SYSTEM_TOKENS[1] + _LABEL_TOKENS[1] * len(texts) + IMAGE_TOKENS * with_image
    if frame + size <= TOKEN_BUDGET:  # no token is shorter than a byte
        return
    lower, upper = estimate_tokens(texts, with_image=with_image)
    if lower > TOKEN_BUDGET:
        yield make_finding("too-long", detail=f"at least {lower} tokens")
    elif upper > TOKEN_BUDGET:
        yield make_finding("over-budget", detail=f"between {lower} and {upper} tokens")
