import pytest

from datagen.checks.grounding.denials import find_denied, is_restricted
from tests.checks.grounding.builders import build_sentences, make_evidence, make_passage

NOTHING = make_evidence("")


def denied(marked: str, sentence: int = -1) -> list[str]:
    passage = make_passage(NOTHING, marked)
    read = build_sentences(marked)[sentence]
    return [read.mentions[place].term.name for place in sorted(find_denied(read, passage))]


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("There is {no #dog}.", ["dog"]),
        ("{A #dog} is nowhere to be seen.", ["dog"]),
        ("One looks in vain for {a #dog}.", ["dog"]),
        ("Not {one #dog} is visible.", ["dog"]),
        ("You will not find {any #dogs|negated|none} here.", ["dog"]),
        ("No sign of {a #dog|negated|hedged}.", ["dog"]),
        ("There isn't {a #dog|negated}, {a #cat} or {a #cow}.", ["dog", "cat", "cow"]),
        ("{No #dog} and {a #cat} are there.", ["dog"]),
        ("Missing entirely: {#dogs}.", ["dog"]),
        ("It may not be {a #dog|negated|hedged}.", []),
        ("{A #dog} is not asleep.", []),
        ("It holds up without cooking or much cooling: {#apples}.", []),
    ],
)
def test_what_a_sentence_denies(marked: str, names: list[str]) -> None:
    assert denied(marked) == names


def test_the_items_under_a_denying_heading_are_denied() -> None:
    text = "Not in the picture:\n- toilets\n- {#dogs}"
    passage = make_passage(NOTHING, text)
    whole = build_sentences(text)[0]
    place = passage.text.index("dogs")
    item = type(whole)(
        whole.words[-1:],
        [place],
        [type(whole.mentions[0])(whole.mentions[0].term, 0, 0, 0, plural=True)],
    )
    assert find_denied(item, passage) == {0}


@pytest.mark.parametrize(
    ("marked", "restricted"),
    [
        ("There is {no #dog} in the picture.", False),
        ("I see {no #dog} anywhere.", False),
        ("There is {no #dog} on the roof.", True),
        ("{No #dog} is there.", True),
        ("{No #dog}.", True),
        ("He has {no #dog}.", True),
    ],
)
def test_an_absence_speaks_of_the_whole_or_of_a_part(marked: str, restricted: bool) -> None:
    passage = make_passage(NOTHING, marked)
    (sentence,) = build_sentences(marked)
    assert is_restricted(sentence.mentions[0], sentence, passage, {0}) is restricted
