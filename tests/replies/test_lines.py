import pytest

from datagen.replies.lines import classify_line


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("Question:", "question", ""),
        ("  Answer: \t", "answer", ""),
        ("Question: What is red?", "question", "What is red?"),
        ("QUESTION #3: What?", "question", "What?"),
        ("**Question:** What?", "question", "What?"),
        ("**Question**: What?", "question", "What?"),
        ("**Question: What is red?**", "question", "What is red?"),
        ("**Question:** **What?**", "question", "**What?**"),
        ("__Answer 2:__ Red.", "answer", "Red."),
        ("## Answer", "answer", ""),
        ("### Question 2", "question", ""),
        ("12) Q: What?", "question", "What?"),
        ("(3) Question: What?", "question", "What?"),
        ("[Answer]: Red.", "answer", "Red."),
        ("Q1: What?", "question", "What?"),
        ("Q1. What?", "question", "What?"),
        ("A2) Red.", "answer", "Red."),
        ("Question 2 - What?", "question", "What?"),
        ("Answer\uff1a빨강", "answer", "빨강"),
        ("a: red", "answer", "red"),
        ("\u200bAnswer:", "answer", ""),
    ],
)
def test_a_label_is_known_in_its_variants(raw: str, kind: str, text: str) -> None:
    line = classify_line(raw)
    assert (line.kind, line.text) == (kind, text)


@pytest.mark.parametrize(
    "raw",
    [
        "Questions: two",
        "Answering: no",
        "A man: tall",
        "A. a bench",
        "a) a bench",
        "A",
        "Q",
        "A - B",
        "Question marks stand on the wall.",
        "Question 3 on the board asks why",
        "Question - is it red?",
        "The question: why?",
        '"Answer: no" is on the sign',
        "x" * 100 + " Answer:",
        "Answer" + " " * 100 + "x",
        "",
    ],
)
def test_prose_is_no_label(raw: str) -> None:
    assert classify_line(raw).kind == "text"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("===", "separator"),
        ("=== \t", "separator"),
        (" ===", "rule"),
        ("====", "rule"),
        ("---", "rule"),
        ("***", "rule"),
        ("==", "text"),
        ("== =", "text"),
        ("-=-", "text"),
        ("a===", "text"),
        ("```", "fence"),
        ("```json", "fence"),
        ("~~~ text", "fence"),
        ("```x = 1```", "text"),
        ("``", "text"),
    ],
)
def test_rules_and_fences_are_told_by_the_whole_line(raw: str, kind: str) -> None:
    assert classify_line(raw).kind == kind
