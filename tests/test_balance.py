"""The report counts what is there, the same for any order of the records."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.balance import Balance, asks_yes_no, find_opening, summarize_balance

PAIRS = [
    ("Is there a dog?", "Yes, one."),
    ("Is the sky grey?", "No."),
    ("What is on the table?", "A cup of tea stands there."),
]


def make(*records: tuple[str, str]) -> Balance:
    balance = Balance()
    for response_type, image in records:
        balance.add(response_type, image, PAIRS, named={"dog"}, boxed={"dog", "cup"}, absent=1)
    return balance


def test_questions_and_answers_are_counted_by_type() -> None:
    counts = make(("conversation", "a.jpg"), ("detail", "a.jpg")).to_json()["types"]
    assert list(counts) == ["conversation", "detail"]
    of_type = counts["conversation"]
    assert of_type["records"] == 1
    assert of_type["questions"] == 3
    assert of_type["yes_no_questions"] == 0.6667
    assert of_type["answered_yes"] == 0.5
    assert of_type["records_with_an_absence"] == 1.0
    assert of_type["openings"] == {"is the": 0.3333, "is there": 0.3333, "what is": 0.3333}
    assert of_type["words_an_answer"] == {"p10": 1, "median": 2, "p90": 6}


def test_a_picture_counts_once_and_its_types_are_told() -> None:
    report = make(("conversation", "a.jpg"), ("detail", "a.jpg"), ("detail", "b.jpg")).to_json()
    assert report["types_a_picture"] == {"1": 1, "2": 1}
    assert report["objects"] == [
        {"category": "cup", "boxed": 1.0, "named": 0.0},
        {"category": "dog", "boxed": 1.0, "named": 1.0},
    ]


def test_an_empty_set_has_an_empty_report() -> None:
    assert Balance().to_json() == {"types": {}, "types_a_picture": {}, "objects": []}
    assert summarize_balance(Balance().to_json()) == []


def test_a_record_without_questions_divides_by_nothing() -> None:
    balance = Balance()
    balance.add("detail", "a.jpg", [])
    assert balance.to_json()["types"]["detail"]["yes_no_questions"] is None
    assert "0%" in summarize_balance(balance.to_json())[0]


@settings(deadline=None)  # it makes temporary files
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["1.jpg", "2.jpg"]))),
    st.randoms(use_true_random=False),
)
def test_the_order_does_not_matter(records: list[tuple[str, str]], rng: st.DataObject) -> None:
    shuffled = list(records)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert json.dumps(make(*records).to_json()) == json.dumps(make(*shuffled).to_json())


def test_openings_and_yes_no_questions_are_told_by_their_first_words() -> None:
    assert find_opening("Who, then, is it?") == "who then"
    assert find_opening("") == ""
    assert asks_yes_no("Does he wait?")
    assert not asks_yes_no("Do-it-yourself?")


def test_the_summary_is_a_line_a_type() -> None:
    lines = summarize_balance(make(("conversation", "a.jpg")).to_json())
    assert len(lines) == 1
    assert "67% ask for yes or no (50% of them answered yes)" in lines[0]
    assert "1 to 6 words an answer" in lines[0]


def test_without_yes_no_questions_no_share_of_yes_is_told() -> None:
    balance = Balance()
    balance.add("conversation", "1.jpg", [("What is it?", "A cat.")], named=(), boxed=(), absent=0)
    (line,) = summarize_balance(balance.to_json())
    assert "0% ask for yes or no, 0% of records" in line
