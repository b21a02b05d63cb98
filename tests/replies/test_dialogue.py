import pytest

from datagen.records import Turn
from datagen.replies import parse_reply

TWO = (Turn("What is red?", "The bus."), Turn("Who waits?", "A woman."))

AS_TWO_PAIRS = {
    "inline labels": "Question: What is red?\n===\nAnswer: The bus.\n===\nQuestion: Who waits?\n===\nAnswer: A woman.",
    "no separators": "Question: What is red?\nAnswer: The bus.\n\nQuestion: Who waits?\nAnswer: A woman.",
    "separators between pairs only": "Question: What is red?\nAnswer: The bus.\n===\nQuestion: Who waits?\nAnswer: A woman.",
    "separators inside pairs only": "Question: What is red?\n===\nAnswer: The bus.\n\nQuestion: Who waits?\n===\nAnswer: A woman.",
    "label lines without separators": "Question:\nWhat is red?\nAnswer:\nThe bus.\nQuestion:\nWho waits?\nAnswer:\nA woman.",
    "numbered labels": "Question 1: What is red?\nAnswer 1: The bus.\nQuestion 2: Who waits?\nAnswer 2: A woman.",
    "numbers before labels": "1. Question: What is red?\n   Answer: The bus.\n2. Question: Who waits?\n   Answer: A woman.",
    "bold labels": "**Question:** What is red?\n**Answer:** The bus.\n\n**Question:** Who waits?\n**Answer:** A woman.",
    "bold, the colon outside": "**Question 1**: What is red?\n**Answer 1**: The bus.\n**Question 2**: Who waits?\n**Answer 2**: A woman.",
    "bold around label and question": "**Question: What is red?**\nAnswer: The bus.\n**Question: Who waits?**\nAnswer: A woman.",
    "lower case": "question:\nWhat is red?\n===\nanswer:\nThe bus.\n===\nquestion:\nWho waits?\n===\nanswer:\nA woman.",
    "short labels": "Q: What is red?\nA: The bus.\nQ: Who waits?\nA: A woman.",
    "short numbered labels": "Q1. What is red?\nA1. The bus.\nQ2. Who waits?\nA2. A woman.",
    "headings": "### Question 1\nWhat is red?\n### Answer 1\nThe bus.\n### Question 2\nWho waits?\n### Answer 2\nA woman.",
    "full-width colons": "Question\uff1aWhat is red?\nAnswer\uff1aThe bus.\nQuestion\uff1aWho waits?\nAnswer\uff1aA woman.",
    "a list": "- Question: What is red?\n- Answer: The bus.\n- Question: Who waits?\n- Answer: A woman.",
    "other rules": "Question:\nWhat is red?\n=====\nAnswer:\nThe bus.\n---\nQuestion:\nWho waits?\n***\nAnswer:\nA woman.",
    "indented separators": "Question:\nWhat is red?\n  ===\nAnswer:\nThe bus.\n  ===\nQuestion:\nWho waits?\n  ===\nAnswer:\nA woman.",
    "headings between pairs": "Pair 1\nQuestion: What is red?\nAnswer: The bus.\n\n**Pair 2**\nQuestion: Who waits?\nAnswer: A woman.",
    "one fence around all": "```\nQuestion:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\n```",
    "a named fence, never closed": "```text\nQuestion:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.",
    "a fence around each pair": "```\nQuestion:\nWhat is red?\n===\nAnswer:\nThe bus.\n```\n\n```\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\n```",
    "fences with words between": "```\nQ: What is red?\nA: The bus.\n```\nAnd one more:\n```\nQ: Who waits?\nA: A woman.\n```",
    "a preamble and a fence": "Sure, here are two pairs:\n\n```\nQuestion:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\n```\nAsk for more!",
    "separators around all": "===\nQuestion:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\n===\n",
    "separators after labels too": "Question:\n===\nWhat is red?\n===\nAnswer:\n===\nThe bus.\n===\nQuestion:\n===\nWho waits?\n===\nAnswer:\n===\nA woman.",
    "labels twice": "Question:\n**Question 1:** What is red?\n===\nAnswer:\nAnswer: The bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.",
    "answers without labels": "Question:\nWhat is red?\n===\nThe bus.\n===\nQuestion:\nWho waits?\n===\nA woman.",
    "questions without labels": "What is red?\n===\nAnswer:\nThe bus.\n===\nWho waits?\n===\nAnswer:\nA woman.",
    "no labels": "What is red?\n===\nThe bus.\n===\nWho waits?\n===\nA woman.",
    "no labels, a preamble": "Sure!\n\nWhat is red?\n===\nThe bus.\n===\nWho waits?\n===\nA woman.",
    "a question in a preamble's part": "Here are the questions:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.",
    "carriage returns": "Question:\r\nWhat is red?\r\n===\r\nAnswer:\r\nThe bus.\r\n===\r\nQuestion:\r\nWho waits?\r\n===\r\nAnswer:\r\nA woman.\r\n",
    "odd blanks": "\ufeffQuestion:\u00a0\nWhat is red?\u200b\n===\t\nAnswer:\u3000\n\u2003The bus.\n===  \nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\u00a0",
    "a half question at the end": "Q: What is red?\nA: The bus.\nQ: Who waits?\nA: A woman.\nQ: Is there",
    "a farewell": "Question:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\n\nLet me know if you would like more pairs!",
    "a farewell part": "Question:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.\n===\nThese are two pairs.",
    "reasoning first": "<think>\nQuestion: what shall I ask?\n</think>\nQuestion:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.",
    "end tokens": "Question:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.<|im_end|>\n</s>",
}


@pytest.mark.parametrize("variant", AS_TWO_PAIRS)
def test_the_two_pairs_are_read_and_the_liberty_is_noted(variant: str) -> None:
    parsed = parse_reply(AS_TWO_PAIRS[variant], "pairs")
    assert parsed.turns == TWO
    assert parsed.findings
    assert {finding.severity for finding in parsed.findings} == {"note"}


def test_a_last_question_without_answer_is_dropped_with_a_note() -> None:
    parsed = parse_reply("Question:\nA?\n===\nAnswer:\nB.\n===\nQuestion:\nC?", "pairs")
    assert parsed.turns == (Turn("A?", "B."),)
    assert [(each.code, each.span) for each in parsed.findings] == [("last-pair-dropped", "C?")]


def test_an_empty_last_answer_counts_as_missing() -> None:
    parsed = parse_reply(
        "Question:\nA?\n===\nAnswer:\nB.\n===\nQuestion:\nC?\n===\nAnswer:\n", "pairs"
    )
    assert parsed.turns == (Turn("A?", "B."),)
    assert [each.code for each in parsed.findings] == ["last-pair-dropped"]


def test_a_question_without_answer_in_the_middle_is_dropped_alone() -> None:
    text = (
        "Question:\nA?\n===\nQuestion:\nB?\n===\nAnswer:\nC.\n===\nQuestion:\nD?\n===\nAnswer:\nE."
    )
    parsed = parse_reply(text, "pairs")
    assert parsed.turns == (Turn("B?", "C."), Turn("D?", "E."))
    assert [(each.code, each.span) for each in parsed.findings] == [("pair-dropped", "A?")]


def test_questions_without_any_answer_are_no_dialogue() -> None:
    parsed = parse_reply("Question:\nA?\n===\nQuestion:\nB?", "pairs")
    assert parsed.turns == ()
    assert parsed.findings[0].code == "layout-not-found"


ANSWERS = {
    "paragraphs": "Two reasons.\n\nThe first is the rain.\n\nThe second is the wind.",
    "a list": "- a bowl\n- a spoon\n\n1. first\n2. second",
    "a separator as a substring": "It says a===b, and === too.",
    "a longer rule in the text": "A title\n=====\nand a line.",
    "a table's rule in the text": "Left\n---\nRight and more.",
    "code": "```python\nx = 1\n```\nruns.",
    "code with a separator": "```\nTitle\n===\ntext\n```\nis drawn on the board.",
    "code with a label": "```\nQuestion: why?\n```\nis on the screen.",
    "code at the end": "The screen shows\n```\nx = 1\n```",
    "an option list": "A: apple\nB: pear",
    "a word of a label": "Question marks fill the wall.\nAnswers are missing.\nA. Miller signed it.",
    "a sign's words": "The sign reads\nQuestion: what is new?\nin red letters.",
    "a number at the end": "There are\n3",
}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("place", ["first", "last"])
def test_an_answer_keeps(kind: str, place: str) -> None:
    answer, other = ANSWERS[kind], Turn("Who?", "A cook.")
    turns = (Turn("What?", answer), other) if place == "first" else (other, Turn("What?", answer))
    text = "\n===\n".join(
        f"Question:\n{turn.question}\n===\nAnswer:\n{turn.answer}" for turn in turns
    )
    parsed = parse_reply(text, "pairs")
    assert parsed.turns == turns
    assert {each.code for each in parsed.findings} <= {"label-inside-text"}


def test_a_label_alone_on_its_line_opens_a_part_even_without_separators() -> None:
    parsed = parse_reply("Question:\nA?\n===\nAnswer:\nB.\n\nQuestion:\nC?\n\nAnswer:\nD.", "pairs")
    assert parsed.turns == (Turn("A?", "B."), Turn("C?", "D."))
    assert [each.code for each in parsed.findings] == ["missing-separator"]


def test_options_of_a_question_are_no_answers_beside_long_labels() -> None:
    text = "Question:\nWhich?\nA: apple\nB: pear\n===\nAnswer:\nThe pear."
    assert parse_reply(text, "pair").turns == (Turn("Which?\nA: apple\nB: pear", "The pear."),)


def test_a_separator_in_a_line_of_text_separates_nothing() -> None:
    parsed = parse_reply("Question: What is red? === Answer: The bus.", "pair")
    assert parsed.turns == ()
    assert parsed.findings[0].code == "layout-not-found"


def test_statements_divided_by_separators_are_not_taken_for_questions() -> None:
    parsed = parse_reply("A bus waits.\n===\nIt is red.", "pairs")
    assert [each.code for each in parsed.findings] == ["layout-not-found"]


def test_the_label_of_a_reply_in_another_language_stays_english() -> None:
    parsed = parse_reply("Question:\n무엇이 빨간가요?\n===\nAnswer:\n버스입니다.", "pair")
    assert parsed.turns == (Turn("무엇이 빨간가요?", "버스입니다."),)
    assert parsed.findings == ()
