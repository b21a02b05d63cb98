import pytest

from datagen.checks.grounding.anchors import is_anchored
from tests.checks.grounding.builders import build_sentences, make_evidence, make_passage

EVIDENCE = make_evidence("couch 1")
REASONS = " Reasons go on and on, for a long answer must weigh much before it ends here" * 4 + "."


def anchored(marked: str, *, question: str = "Why?", longer: str = REASONS) -> bool:
    sentence = build_sentences(marked)[0]
    passage = make_passage(EVIDENCE, marked + longer, question=question)
    return is_anchored(sentence.mentions[0], sentence, passage)


@pytest.mark.parametrize(
    "marked",
    [
        "There is {a #dog} too.",
        "You can see {two #dogs}.",
        "{A #dog} sleeps on {the #couch}.",
        "{A #dog} lies there.",
        "{The #dog} worries me.",
        "{Two #dogs} are playing.",
        "In the background, {a #dog} barks.",
        "One of them carries {a #dog}.",
    ],
)
def test_words_that_show_a_thing_anchor_it(marked: str) -> None:
    assert anchored(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "Keep fruit away, since {#bananas} give off a gas.",
        "Somebody went to let {the #dog} out.",
        "You see a dab of {#banana} there.",
        "It makes for such {a #dog} show.",
        "They come along with {a #dog}.",
        "Many like {a #dog}.",
    ],
)
def test_what_is_only_named_has_no_anchor_in_reasoning(marked: str) -> None:
    assert not anchored(marked)


def test_a_description_shows_what_it_names() -> None:
    marked = "Many own {a #dog}."
    assert anchored(marked, question="Describe it.")
    assert anchored(marked, longer="")
