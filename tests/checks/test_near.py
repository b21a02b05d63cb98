import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.checks.near import NearRepeats, read_dialogue

FERRY = (
    "A blue ferry leaves the harbour in the early morning while two men on the pier wave at"
    " somebody on the upper deck and a gull sits on the rail."
)
NEARLY_FERRY = FERRY.replace("early", "late")
KITCHEN = (
    "Copper pans hang over the stove of this narrow kitchen, and a boy in an apron is kneading"
    " dough on a wooden board next to the window."
)


def record(
    name: str, *answers: str, image: str | None = "7.jpg", questions: tuple[str, ...] = ()
) -> dict[str, Any]:
    turns = []
    for number, answer in enumerate(answers):
        question = questions[number] if number < len(questions) else f"Question {name} {number}?"
        turns.append({"from": "human", "value": question})
        turns.append({"from": "gpt", "value": answer})
    turns[0]["value"] = f"<image>\n{turns[0]['value']}"
    return {"id": name, "conversations": turns} | ({} if image is None else {"image": image})


def codes(*records: object) -> list[list[str]]:
    repeats = NearRepeats()
    return [[finding.code for finding in repeats.check(value)] for value in records]


def test_nearly_the_same_answers_about_a_picture_reject_the_later_record() -> None:
    repeats = NearRepeats()
    assert repeats.check(record("one", FERRY)) == []
    (finding,) = repeats.check(record("two", NEARLY_FERRY))
    assert (finding.code, finding.severity, finding.turn) == ("near-duplicate", "reject", None)
    assert "'one'" in finding.message


def test_nearly_the_same_answer_about_another_picture_is_a_note() -> None:
    repeats = NearRepeats()
    repeats.check(record("one", FERRY))
    (finding,) = repeats.check(record("two", NEARLY_FERRY, image="8.jpg"))
    assert (finding.code, finding.severity, finding.turn) == ("shared-answer", "note", 1)
    assert FERRY.startswith(finding.span[:20])


def test_one_repeated_answer_among_new_ones_is_a_note() -> None:
    repeats = NearRepeats()
    repeats.check(record("one", FERRY))
    (finding,) = repeats.check(record("two", KITCHEN, NEARLY_FERRY))
    assert (finding.code, finding.severity, finding.turn) == ("repeated-answer", "note", 3)


def test_an_answer_repeated_within_its_record_is_told() -> None:
    assert codes(record("one", FERRY, NEARLY_FERRY)) == [["repeated-answer"]]


def test_the_order_of_the_turns_does_not_matter() -> None:
    assert codes(record("one", FERRY, KITCHEN), record("two", KITCHEN, FERRY)) == [
        [],
        ["near-duplicate"],
    ]


def test_other_answers_about_the_same_picture_are_fine() -> None:
    assert codes(record("one", FERRY), record("two", KITCHEN)) == [[], []]


@pytest.mark.parametrize("image", ["7.jpg", "8.jpg"])
def test_short_answers_may_recur(image: str) -> None:
    assert codes(record("one", "Yes, two dogs."), record("two", "Yes, two dogs.", image=image)) == [
        [],
        [],
    ]


def test_many_short_answers_do_not_add_up_to_a_repeat() -> None:
    one = record("one", *["Yes.", "No."] * 10)
    two = record("two", *["No.", "Yes."] * 10)
    assert codes(one, two) == [[], []]


def test_a_question_asked_again_about_the_same_picture_is_a_note() -> None:
    questions = ("What is the weather like?",)
    repeats = NearRepeats()
    repeats.check(record("one", "Sunny.", questions=questions))
    (finding,) = repeats.check(
        record("two", "Cloudy.", questions=("what is the weather LIKE",)),
    )
    assert (finding.code, finding.severity, finding.turn) == ("repeated-question", "note", 0)
    assert finding.span == "what is the weather LIKE"


def test_a_question_that_recurs_over_pictures_is_only_counted() -> None:
    question = "Describe what can be seen here so that somebody who is not there could draw it."
    repeats = NearRepeats()
    for number in range(4):
        image, answer = f"{number}.jpg", f"Number {number}."
        assert repeats.check(record(image, answer, image=image, questions=(question,))) == []
    assert (repeats.counts["questions"], repeats.counts["shared_questions"]) == (4, 3)


def test_records_without_a_picture_are_about_different_ones() -> None:
    assert codes(record("one", FERRY, image=None), record("two", FERRY, image=None)) == [
        [],
        ["shared-answer"],
    ]


def test_the_place_of_the_image_token_does_not_matter() -> None:
    one = record("one", "Sunny.", questions=("What is the weather like?",))
    two = record("two", "Cloudy.", questions=("What is the weather like?",))
    two["conversations"][0]["value"] = "What is the weather like?\n<image>"
    assert codes(one, two) == [[], ["repeated-question"]]


def test_signs_of_chinese_count_as_words() -> None:
    text = "厨房里有一个穿围裙的男孩正在窗边的木板上揉面团"
    assert codes(record("one", text), record("two", text, image="8.jpg"))[1] == ["shared-answer"]


@pytest.mark.parametrize(
    "value", [None, [], "7", {}, {"conversations": [None, {"from": "gpt", "value": 3}]}]
)
def test_what_is_no_record_gives_nothing(value: object) -> None:
    assert codes(value, value) == [[], []]


def test_a_record_read_elsewhere_is_judged_the_same() -> None:
    records = [record("one", FERRY), record("two", NEARLY_FERRY), record("three", KITCHEN)]
    here, elsewhere = NearRepeats(), NearRepeats()
    for value in records:
        assert here.check(value) == elsewhere.compare(read_dialogue(value))


def test_nearly_all_texts_with_one_word_in_twenty_changed_are_found() -> None:
    rng = random.Random(3)
    vocabulary = [f"word{number}" for number in range(3000)]
    repeats, found = NearRepeats(), 0
    for number in range(200):
        words = rng.choices(vocabulary, k=40)
        repeats.check(record("a", " ".join(words), image=f"{number}.jpg"))
        for place in rng.sample(range(40), 2):
            words[place] = "changed"
        later = repeats.check(record("b", " ".join(words), image=f"{number} again.jpg"))
        found += [finding.code for finding in later] == ["shared-answer"]
    assert found >= 198


@settings(deadline=None)  # it makes temporary files
@given(st.lists(st.sampled_from([FERRY, NEARLY_FERRY, KITCHEN, "Yes."]), min_size=1, max_size=8))
def test_the_same_records_in_the_same_order_give_the_same_findings(answers: list[str]) -> None:
    records = [record(str(number), answer) for number, answer in enumerate(answers)]
    assert codes(*records) == codes(*records)


def test_picture_by_picture_the_same_repeats_of_a_picture_are_found() -> None:
    long = "A man in a red coat waits for the bus with his old dog and a heavy bag."
    longer = f"{long} The street behind him is wet, and nobody else is out in this weather."
    turns = [
        {"from": "human", "value": "Who?"},
        {"from": "gpt", "value": f"{longer} {long[:-1]} again, so it seems to the passers-by."},
    ]
    records = [
        {"id": f"{image}-{n}", "image": f"{image}.jpg", "conversations": turns}
        for image in (1, 2, 3)
        for n in (0, 1)
    ]
    repeats = NearRepeats(by_picture=True)
    found = [[finding.code for finding in repeats.check(record)] for record in records]
    assert ["near-duplicate" in codes for codes in found] == [False, True] * 3
    assert not any("shared-answer" in codes for codes in found)


@pytest.mark.parametrize("name", ["\ud800", "ü", 7])
def test_a_repeat_names_the_record_before_it_whatever_its_id(name: str | int) -> None:
    repeats = NearRepeats()
    repeats.check(record("one", FERRY) | {"id": name})
    (finding,) = repeats.check(record("two", NEARLY_FERRY))
    assert repr(str(name)) in finding.message


def test_only_so_many_texts_of_a_picture_are_compared() -> None:
    repeats = NearRepeats()
    words = [[f"{number}-{place}" for place in range(20)] for number in range(10)]
    for number, each in enumerate(words):
        repeats.check(record(str(number), " ".join(each)))
    found = [
        {finding.code for finding in repeats.check(record("again", " ".join(each)))}
        for each in words
    ]
    assert found == [{"near-duplicate"}] * 8 + [set()] * 2
