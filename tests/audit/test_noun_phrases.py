import pytest

from tests.audit.noun_phrases import list_claimed, list_nouns


def _claimed(answer: str) -> list[str]:
    return [answer[each.start : each.end] for each in list_claimed(("Who?", answer))]


@pytest.mark.parametrize(
    ("answer", "nouns"),
    [
        ("A small dog sleeps, and the cat is awake.", ["cat"]),
        ("There are two dogs near a bench.", ["dogs", "bench"]),
        ("The dog might be tired.", []),
        ("A dog might be in the car.", ["car"]),
        ("The dog, which may be old, sits on a bench.", ["dog", "bench"]),
        ("If the dog ran, it would bark.", []),
        ("There is no dog in the car.", []),
        ("It is as big as a bus.", []),
        ("The car door is open.", []),
        ("He waits for the bus.", ["bus"]),
        ("Is the dog asleep?", []),
    ],
)
def test_only_what_is_said_to_be_there_is_claimed(answer: str, nouns: list[str]) -> None:
    assert _claimed(answer) == nouns


def test_a_phrase_knows_its_article_and_its_number() -> None:
    phrases = list_claimed(("Who?", "A bus and 2 red cars are here."))
    assert [(each.article, each.number) for each in phrases] == [
        (("A", 0), None),
        (None, ("2", 10)),
    ]


def test_questions_are_left_alone() -> None:
    assert list_claimed(("A dog is here?", "Yes.")) == []


def test_any_mention_is_a_noun_whatever_is_said_of_it() -> None:
    answer = "If a dog ran to the bus at eight o'clock, it would wear an orange and red tie."
    found = [answer[each.start : each.end] for each in list_nouns(("Who?", answer))]
    assert found == ["bus", "tie"]
