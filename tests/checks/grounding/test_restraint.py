"""What a parse takes back of what the rules alone would claim."""

import pytest

from datagen.checks.grounding.parses import Parse
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.restraint import restrain
from datagen.checks.grounding.syntax import SpacyReader
from tests.checks.grounding.brief import sketch_mention

CASES = {
    "A light green helmet lies there.": "light~",
    "It has the hard look of a camera flash.": "camera~",
    "There is a horse calendar on the wall.": "horse~",
    "Photos like this one often show sinks too.": "1 sink~",
    "In general, a surfboard needs some care.": "surfboard~",
    "Many people think of chairs when they see this.": "4+ people~, chair~*",
    "A cat was here earlier.": "cat~",
    "It is possible that a bicycle was here.": "bicycle~",
    "A dog that likes cats may do exactly that.": "dog?, cat?*",
    "Bring an umbrella and a bottle.": "umbrella~, bottle~",
}
KEPT = {
    "Note an umbrella on the left.": "umbrella",
    "A lone sheep grazes in a green pasture.": "sheep",
    "A sailboat drifts off to the left.": "sailboat",
    "He wears a purple shirt and tie.": "tie",
    "The dog often sleeps there.": "dog",
    "The toothbrush heads are worn.": "toothbrush",
    "The cat could be seen on the bed.": "cat, bed",
    "The table, which holds an apple and a cup, might be old.": "table, apple, cup",
}
READER = SpacyReader()


def _sketch(text: str) -> str:
    return ", ".join(sketch_mention(one) for one in READER.read(text)[0].mentions)


@pytest.mark.parametrize(("text", "wanted"), CASES.items())
def test_a_mention_claims_less_where_the_parse_says_so(text: str, wanted: str) -> None:
    assert _sketch(text) == wanted


@pytest.mark.parametrize(("text", "wanted"), KEPT.items())
def test_a_claim_that_stands_is_kept(text: str, wanted: str) -> None:
    assert _sketch(text) == wanted


def test_a_wrong_parse_raises_no_mood() -> None:
    (sentence,) = LexiconReader().read("A dog may sleep.")
    parse = Parse(
        ["a", "dog", "may", "sleep", "."],
        ["DT", "NN", "NN", "NN", "."],
        ["det", "compound", "compound", "ROOT", "punct"],
        [1, 3, 3, 3, 3],
    )
    (mention,) = restrain(parse, sentence.mentions, asks=False)
    assert mention.mood != "asserted"
