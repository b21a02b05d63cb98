"""Validate stage: texts of a record -> whether they fit the trainer's 2048 tokens.

With a tokenizer the tokens are counted (see `tokenizer`). Without one only bounds can be told, so
two are: a record rejects when even the lower one is over the budget, and is noted when the upper
one is.

Lower: a Llama token never spans two words, so each word between blanks is one token at least.

Upper: a word of n letters, all small or with a capital first, is taken for `min(n, n // 2 + 2)`
tokens, any other character for as many tokens as it has UTF-8 bytes, a blank before a letter for
none. Checked against the Llama 2 vocabulary (32,000 pieces) on 274,937 English words, small,
capitalized and glued to a bracket: never too few. Byte fallback makes the rule hold for any other
script as well. Prose comes out at about twice its true count.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from datagen.checks.reasons import make_finding
from datagen.records import IMAGE_TOKEN, Finding

TOKEN_BUDGET = 2048
"""`model_max_length` of LLaVA's training scripts."""

IMAGE_TOKENS = 576
"""24 x 24 patches of CLIP ViT-L/14 at 336 pixels."""

TokenCounter = Callable[[str], int]
"""Tokens of a text, without the tokens that a tokenizer puts around every text."""

# (lower, upper) tokens of the template, counted with the Llama 2 vocabulary.
_SYSTEM_TOKENS = (31, 36)
_LABEL_TOKENS = (3, 6)

_WORD = re.compile(r" ?([A-Z]?[a-z]+)")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a record may cost the trainer.

    Attributes:
        tokens: of the whole record; what is beyond is cut off.
        image_tokens: what takes the place of one `<image>`.
        count_tokens: the target's tokenizer; None lets bounds decide.
    """

    tokens: int = TOKEN_BUDGET
    image_tokens: int = IMAGE_TOKENS
    count_tokens: TokenCounter | None = None


DEFAULT_BUDGET = Budget()


def check_length(
    texts: Sequence[str], *, with_image: bool, budget: Budget = DEFAULT_BUDGET
) -> Iterator[Finding]:
    """Say when a record is surely (`too-long`) or perhaps (`over-budget`) cut by the trainer."""
    size = sum(len(text) if text.isascii() else _count_bytes(text) for text in texts)
    frame = _SYSTEM_TOKENS[1] + _LABEL_TOKENS[1] * len(texts) + budget.image_tokens * with_image
    if frame + size <= budget.tokens:  # no token is shorter than a byte
        return
    if budget.count_tokens is not None:
        tokens = count_record(texts, budget.count_tokens)
        tokens += budget.image_tokens * with_image
        if tokens > budget.tokens:
            yield _reject(f"{tokens} tokens", budget)
        return
    lower, upper = estimate_tokens(texts, with_image=with_image, image_tokens=budget.image_tokens)
    if lower > budget.tokens:
        yield _reject(f"at least {lower} tokens", budget)
    elif upper > budget.tokens:
        yield make_finding(
            "over-budget", detail=f"between {lower} and {upper} tokens of {budget.tokens}"
        )


def _reject(size: str, budget: Budget) -> Finding:
    return make_finding("too-long", detail=f"{size} of {budget.tokens}")


def estimate_tokens(
    texts: Sequence[str], *, with_image: bool, image_tokens: int = IMAGE_TOKENS
) -> tuple[int, int]:
    """Lower and upper bound of the tokens of a record in template v1.

    Args:
        texts: the values of its turns.
        with_image: an image takes the place of `<image>`.
        image_tokens: what the image costs.

    >>> estimate_tokens(["<image> Who is it?", "A cook."], with_image=True)
    (618, 638)
    """
    texts = [text.replace(IMAGE_TOKEN, "") for text in texts] if with_image else texts
    lower = sum(len(text.split()) for text in texts)
    upper = sum(_bound_tokens(text) for text in texts)
    image = image_tokens if with_image else 0
    low, high = (
        system + label * len(texts) + image
        for system, label in zip(_SYSTEM_TOKENS, _LABEL_TOKENS, strict=True)
    )
    return low + lower, high + upper


def _bound_tokens(text: str) -> int:
    words = [match.end(1) - match.start(1) for match in _WORD.finditer(text)]
    rest = _count_bytes(_WORD.sub("", text))
    return rest + sum(min(letters, letters // 2 + 2) for letters in words)


def _count_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def count_record(texts: Sequence[str], count_tokens: TokenCounter) -> int:
    """Tokens of a record in template v1, its image left out.

    The dialogue is counted as the trainer has it, labels and end tokens included; only the system
    message before it is a constant, its length in the Llama 2 vocabulary.

    >>> count_record(["Who is it?", "A cook."], lambda text: len(text.split()))
    43
    """
    labels = (("USER: ", " "), ("ASSISTANT: ", "</s>"))
    turns = [text.replace(IMAGE_TOKEN, "") for text in texts]
    dialogue = "".join(
        f"{labels[index % 2][0]}{text}{labels[index % 2][1]}" for index, text in enumerate(turns)
    )
    return _SYSTEM_TOKENS[1] + count_tokens(dialogue)
