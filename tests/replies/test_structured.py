import json

import pytest

from datagen.records import Turn
from datagen.replies import ParsedReply, parse_reply

TWO = (Turn("What is red?", "The bus."), Turn("Who waits?", "A woman."))
PAIRS = [{"question": turn.question, "answer": turn.answer} for turn in TWO]
WHOLE = json.dumps({"turns": PAIRS})
ONE, OTHER = map(json.dumps, PAIRS)


def parse_pairs(text: str, *, reason: str = "stop") -> ParsedReply:
    return parse_reply(text, "pairs", reply_format="json", finish_reason=reason)


def list_codes(parsed: ParsedReply) -> list[str]:
    return [finding.code for finding in parsed.findings]


AS_TWO_PAIRS = {
    "a fence": (["code-fence"], f"```json\n{WHOLE}\n```"),
    "words around": (["preamble", "postamble"], f"Here you go: {WHOLE}\nHave fun!"),
    "words and a fence": (["preamble", "code-fence"], f"Here [as asked]:\n```\n{WHOLE}\n```"),
    "a bare list": (["json-shape"], json.dumps(PAIRS)),
    "another key": (["json-shape"], json.dumps({"conversation": PAIRS})),
    "short keys": (
        ["json-shape"],
        json.dumps({"turns": [{"Q": turn.question, "A": turn.answer} for turn in TWO]}),
    ),
    "JSON Lines": (["json-shape"], f"{ONE}\n{OTHER}"),
    "a key too many": (["json-extra-key"], json.dumps({"turns": PAIRS, "note": "done"})),
    "a key too many in a pair": (
        ["json-extra-key"],
        json.dumps({"turns": [{"id": 1, **pair} for pair in PAIRS]}),
    ),
    "the text layout": (
        ["text-unasked"],
        "Question:\nWhat is red?\n===\nAnswer:\nThe bus.\n===\nQuestion:\nWho waits?\n===\nAnswer:\nA woman.",
    ),
    "an unused value before it": (["preamble"], f"[] {WHOLE}"),
}


@pytest.mark.parametrize("variant", AS_TWO_PAIRS)
def test_the_two_pairs_are_read_and_the_liberty_is_noted(variant: str) -> None:
    codes, reply = AS_TWO_PAIRS[variant]
    parsed = parse_pairs(reply)
    assert parsed.turns == TWO
    assert set(list_codes(parsed)) == set(codes)


def test_json_in_the_shape_asked_for_has_no_finding() -> None:
    assert parse_pairs(WHOLE) == ParsedReply(TWO)


def test_json_is_understood_where_text_was_asked_for() -> None:
    parsed = parse_reply(WHOLE, "pairs")
    assert parsed.turns == TWO
    assert list_codes(parsed) == ["json-unasked"]


BROKEN = {
    "no comma": ('{"turns": [{"question": "A?" "answer": "B."}]}', "line 1, column 30"),
    "a fault in the second line": ('{"turns":\n[{"question": ]}', "line 2, column 15"),
    "single quotes": ("{'turns': []}", "line 1, column 2"),
    "no end": (WHOLE[:-5], "line 1"),
    "a constant": ('{"turns": NaN}', "NaN is no JSON value"),
    "a key twice": ('{"turns": [], "turns": []}', "'turns' stands twice"),
    "no pairs": ('{"turns": []}', "nothing in it has the keys"),
    "a number for a text": ('{"turns": [{"question": 3, "answer": "B."}]}', "pair 1, question"),
    "no JSON": ("Red buses wait.", "holds no JSON"),
    "too deep": ("[" * 100_000, "nested too deep"),
    "a number too long": (f'{{"turns": {"9" * 5000}}}', "digits"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_json_that_cannot_be_read_is_rejected_with_the_place(fault: str) -> None:
    text, place = BROKEN[fault]
    parsed = parse_pairs(text)
    assert parsed.turns == ()
    assert parsed.findings[0].code == "bad-json"
    assert place in parsed.findings[0].message


def test_a_whole_pair_inside_broken_json_is_not_passed_off_as_the_reply() -> None:
    parsed = parse_pairs(f'{{"turns": [{ONE}, {{"question": "C?" "answer": "D."}}, {OTHER}]}}')
    assert parsed.turns == ()
    assert list_codes(parsed) == ["bad-json"]


@pytest.mark.parametrize("answer", ["", "  ", None, 7])
def test_a_pair_without_an_answer_is_dropped(answer: object) -> None:
    empty = {"question": "C?", "answer": answer}
    last = parse_pairs(json.dumps({"turns": [*PAIRS, empty]}))
    assert last.turns == TWO
    assert [(each.code, each.span) for each in last.findings] == [("last-pair-dropped", "C?")]
    inner = parse_pairs(json.dumps({"turns": [PAIRS[0], empty, PAIRS[1]]}))
    assert inner.turns == TWO
    assert list_codes(inner) == ["pair-dropped"]


@pytest.mark.parametrize("end", range(len(WHOLE) - len(OTHER) - 1, len(WHOLE) - 3))
def test_pairs_cut_off_anywhere_in_the_last_one_give_the_others(end: int) -> None:
    parsed = parse_pairs(WHOLE[:end], reason="length")
    assert parsed.turns == TWO[:1]
    assert list_codes(parsed) in (["last-pair-dropped"], ["cut-after-end"])


def test_pairs_cut_off_between_two_are_complete_so_far() -> None:
    parsed = parse_pairs(WHOLE[:-2], reason="length")
    assert parsed.turns == TWO
    assert list_codes(parsed) == ["cut-after-end"]


def test_whole_json_at_the_token_limit_is_taken() -> None:
    parsed = parse_pairs(f"{WHOLE}\n\n\n", reason="length")
    assert parsed.turns == TWO
    assert list_codes(parsed) == ["cut-after-end"]


@pytest.mark.parametrize(
    "text", ['{"question": "A?", "answer": "B', '{"question": "A?", "answer": "B."']
)
def test_a_single_pair_cut_off_is_rejected(text: str) -> None:
    parsed = parse_reply(text, "pair", reply_format="json", finish_reason="length")
    assert list_codes(parsed) == ["cut-off"]


def test_json_broken_before_the_cut_is_broken_not_cut() -> None:
    stray = f'{{"turns": [{ONE}}}, {OTHER}, {{"ques'
    assert list_codes(parse_pairs(stray, reason="length")) == ["bad-json"]
    twins = '{"turns": [{"question": "A?", "answer": "B.", "answer": "C."}, {"ques'
    assert list_codes(parse_pairs(twins, reason="length")) == ["bad-json"]


def test_keys_repeated_until_the_cut_give_nothing() -> None:
    text = '{"turns": [{"question": "A?", "answer": "B.", "question": "C?", "answ'
    assert list_codes(parse_pairs(text, reason="length")) == ["cut-off"]


@pytest.mark.parametrize(
    ("reply", "codes"),
    [
        ('{"answer": "A red bus."}', []),
        ('{"description": " A red bus.\\n"}', ["json-shape"]),
        ('[{"answer": "A red bus."}]', ["json-shape"]),
        ('{"question": "What?", "answer": "A red bus."}', ["question-dropped"]),
        (
            '{"turns": [{"question": "What?", "answer": "A red bus."}]}',
            ["json-shape", "question-dropped"],
        ),
        ("A red bus.", ["text-unasked"]),
    ],
)
def test_a_text_is_found_in_json(reply: str, codes: list[str]) -> None:
    parsed = parse_reply(reply, "text", reply_format="json", question="Describe it.")
    assert parsed.turns == (Turn("Describe it.", "A red bus."),)
    assert list_codes(parsed) == codes


@pytest.mark.parametrize(
    "reply", ['{"answer": ["A red bus."]}', '{"x": "v", "y": "w"}', WHOLE, 'Text: {"answer": "A r']
)
def test_json_without_one_text_is_rejected(reply: str) -> None:
    parsed = parse_reply(reply, "text", reply_format="json")
    assert list_codes(parsed)[0] == "bad-json"


def test_half_a_surrogate_pair_in_json_does_not_reach_a_turn() -> None:
    parsed = parse_pairs('{"turns": [{"question": "A?", "answer": "B \\ud83d"}]}')
    assert parsed.turns == ()
    assert parsed.findings[0].code == "bad-json"
