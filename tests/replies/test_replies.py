import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.layouts import read_text, render_json, render_text
from datagen.records import ReplyFormat, ReplyLayout, Turn
from datagen.replies import NOTES, REJECTS, ParsedReply, parse_reply

LAYOUTS: tuple[ReplyLayout, ...] = ("pairs", "pair", "text")
FORMATS: tuple[ReplyFormat, ...] = ("text", "json")


def list_codes(parsed: ParsedReply) -> list[str]:
    return [finding.code for finding in parsed.findings]


PAIR = "Question:\nWho?\n===\nAnswer:\nA cook."
FIRST = Turn("Who?", "A cook.")


def test_the_exact_layout_gives_its_turns_and_no_finding() -> None:
    text = f"{PAIR}\n===\nQuestion:\nWhere?\n===\nAnswer:\nIn a kitchen."
    assert parse_reply(text, "pairs") == ParsedReply((FIRST, Turn("Where?", "In a kitchen.")))


def test_a_plain_text_gets_the_question_that_was_drawn() -> None:
    parsed = parse_reply("A red bus waits.\n\nIt rains.", "text", question="Describe it.")
    assert parsed == ParsedReply((Turn("Describe it.", "A red bus waits.\n\nIt rains."),))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_reply_stopped_by_the_content_filter_is_rejected_whatever_it_holds(
    layout: ReplyLayout,
) -> None:
    parsed = parse_reply(PAIR, layout, finish_reason="content_filter")
    assert parsed.turns == ()
    assert list_codes(parsed) == ["content-filter"]


@pytest.mark.parametrize(
    "text", ["", "  \n\t", "\u00a0\u3000", "\ufeff\u200b", "<think>hm</think>"]
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_reply_without_text_is_rejected_as_empty(layout: ReplyLayout, text: str) -> None:
    parsed = parse_reply(text, layout)
    assert parsed.turns == ()
    assert list_codes(parsed)[0] == "empty-reply"


def test_an_empty_reply_at_the_token_limit_says_where_the_tokens_may_have_gone() -> None:
    (finding,) = parse_reply("", "pairs", finish_reason="length").findings
    assert finding.code == "empty-reply"
    assert "--max-tokens" in finding.message


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("reply_format", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, I cannot create questions about this.",
        "As an AI language model, I am unable to see pictures.",
        "**Unfortunately**, I don't have access to the image.",
        "I cannot describe this scene.",
        "죄송하지만 도와드릴 수 없습니다.",
        "Lo siento, pero no puedo ayudar con eso.",
        "Es tut mir leid, das kann ich nicht beantworten.",
        "Je suis désolé, je ne peux pas répondre.",
        "抱歉，我无法提供帮助。",  # noqa: RUF001 - Chinese punctuation
        "申し訳ありませんが、お答えできません。",
    ],
)
def test_a_refusal_is_rejected_as_one(
    text: str, reply_format: ReplyFormat, layout: ReplyLayout
) -> None:
    parsed = parse_reply(text, layout, reply_format=reply_format)
    assert parsed.turns == ()
    assert list_codes(parsed) == ["refusal"]


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, we are closed, says the sign on the glass door of the small shop.",
        "Unfortunately for the cat, the dog sits on the sofa.",
        "A child cannot reach the shelf and looks at a jar.",
    ],
)
def test_a_description_with_a_word_of_regret_is_no_refusal(text: str) -> None:
    assert parse_reply(text, "text").turns == (Turn("", text),)


def test_a_refusal_inside_the_layout_is_left_to_the_checks() -> None:
    text = "Question:\nWho?\n===\nAnswer:\nI'm sorry, I can't tell."
    assert parse_reply(text, "pair").turns == (Turn("Who?", "I'm sorry, I can't tell."),)


@pytest.mark.parametrize("layout", ["pair", "pairs"])
def test_prose_where_a_dialogue_was_asked_for_is_rejected_with_its_beginning(
    layout: ReplyLayout,
) -> None:
    (finding,) = parse_reply("A dog runs.", layout).findings
    assert (finding.code, finding.severity, finding.stage) == (
        "layout-not-found",
        "reject",
        "parse",
    )
    assert finding.span == "A dog runs."


@pytest.mark.parametrize("reason", ["length", "LENGTH", "max_tokens"])
def test_a_pair_or_text_cut_off_is_rejected(reason: str) -> None:
    cases: list[tuple[str, ReplyLayout]] = [(PAIR, "pair"), (PAIR, "pairs"), ("A bus.", "text")]
    for text, layout in cases:
        parsed = parse_reply(text, layout, finish_reason=reason)
        assert parsed.turns == ()
        assert list_codes(parsed)[0] == "cut-off"


def test_of_pairs_cut_off_the_last_is_dropped_and_noted() -> None:
    text = f"{PAIR}\n===\nQuestion:\nWhere?\n===\nAnswer:\nIn a kit"
    parsed = parse_reply(text, "pairs", finish_reason="length")
    assert parsed.turns == (FIRST,)
    (note,) = parsed.findings
    assert (note.code, note.severity, note.span) == ("last-pair-dropped", "note", "Where?")


def test_an_answer_that_a_separator_closes_survives_the_token_limit() -> None:
    for layout in ("pair", "pairs"):
        parsed = parse_reply(f"{PAIR}\n===\nQuest", layout, finish_reason="length")
        assert parsed.turns == (FIRST,)
        assert list_codes(parsed) == ["stray-text", "cut-after-end"]


def test_an_unknown_finish_reason_is_noted_only() -> None:
    parsed = parse_reply(PAIR, "pair", finish_reason="tool_calls")
    assert parsed.turns == (FIRST,)
    assert [(each.code, each.span) for each in parsed.findings] == [
        ("unknown-finish-reason", "tool_calls")
    ]


def test_of_more_pairs_than_asked_for_the_first_is_kept() -> None:
    parsed = parse_reply(f"{PAIR}\n===\n{PAIR}", "pair")
    assert parsed.turns == (FIRST,)
    (note,) = parsed.findings
    assert note.code == "extra-pairs-dropped"
    assert "2 pairs" in note.message


def test_a_repeated_liberty_is_one_note_with_its_count() -> None:
    parsed = parse_reply("Q: Who?\nA: A cook.\nQ: Where?\nA: There.", "pairs")
    assert list_codes(parsed) == ["label-variant", "missing-separator"]
    assert "(4 times)" in parsed.findings[0].message
    assert parsed.findings[0].span == "Q: Who?"


ONE_FOR_EACH_CODE: dict[str, tuple[str, ReplyLayout, ReplyFormat, str]] = {
    "content-filter": ("x", "text", "text", "content_filter"),
    "empty-reply": ("", "text", "text", "stop"),
    "refusal": ("I can't help with that.", "pair", "text", "stop"),
    "cut-off": ("A bus", "text", "text", "length"),
    "layout-not-found": ("A bus.", "pair", "text", "stop"),
    "bad-json": ('{"answer": }', "text", "json", "stop"),
    "line-endings": ("A bus.\r\nIt rains.", "text", "text", "stop"),
    "invisible-characters": ("\ufeffA bus.", "text", "text", "stop"),
    "broken-characters": ("A bus \ud83d.", "text", "text", "stop"),
    "thinking-removed": ("<think>So…</think>A bus.", "text", "text", "stop"),
    "end-token": ("A bus.</s>", "text", "text", "stop"),
    "code-fence": ("```\nA bus.\n```", "text", "text", "stop"),
    "preamble": (f"Sure, here it is:\n\n{PAIR}", "pair", "text", "stop"),
    "postamble": (f"{PAIR}\n\nI hope this helps!", "pair", "text", "stop"),
    "stray-text": (f"{PAIR}\n===\nThe end.", "pair", "text", "stop"),
    "label-variant": ("**Question:** Who?\n===\nAnswer:\nA cook.", "pair", "text", "stop"),
    "label-missing": ("Question:\nWho?\n===\nA cook.", "pair", "text", "stop"),
    "label-inside-text": (f"{PAIR}\nQuestion: why?\nin red\n===\n{PAIR}", "pairs", "text", "stop"),
    "label-stripped": ("Answer:\nA bus.", "text", "text", "stop"),
    "missing-separator": ("Question:\nWho?\nAnswer:\nA cook.", "pair", "text", "stop"),
    "extra-separator": (f"{PAIR}\n===", "pair", "text", "stop"),
    "separator-variant": ("Question:\nWho?\n---\nAnswer:\nA cook.", "pair", "text", "stop"),
    "pair-heading": (f"{PAIR}\n\nPair 2\n{PAIR}", "pairs", "text", "stop"),
    "question-dropped": (PAIR, "text", "text", "stop"),
    "pair-dropped": (f"Question:\nWhy?\n===\n{PAIR}", "pair", "text", "stop"),
    "last-pair-dropped": (f"{PAIR}\n===\nQuestion:\nWhy?", "pairs", "text", "stop"),
    "extra-pairs-dropped": (f"{PAIR}\n===\n{PAIR}", "pair", "text", "stop"),
    "json-unasked": ('{"answer": "A bus."}', "text", "text", "stop"),
    "text-unasked": (PAIR, "pair", "json", "stop"),
    "json-shape": ('{"question": "Who?", "answer": "A cook."}', "pairs", "json", "stop"),
    "json-extra-key": ('{"answer": "A bus.", "id": 3}', "text", "json", "stop"),
    "json-control-characters": ('{"answer": "A\nbus."}', "text", "json", "stop"),
    "cut-after-end": ('{"answer": "A bus."}', "text", "json", "length"),
    "unknown-finish-reason": ("A bus.", "text", "text", "error"),
}


@pytest.mark.parametrize("code", ONE_FOR_EACH_CODE)
def test_each_code_has_its_reply(code: str) -> None:
    text, layout, reply_format, reason = ONE_FOR_EACH_CODE[code]
    parsed = parse_reply(text, layout, reply_format=reply_format, finish_reason=reason)
    assert code in list_codes(parsed)
    assert bool(parsed.turns) == (code in NOTES)


def test_every_code_is_covered_and_explained_in_a_sentence() -> None:
    assert ONE_FOR_EACH_CODE.keys() == NOTES.keys() | REJECTS.keys()
    assert not NOTES.keys() & REJECTS.keys()
    for code, sentence in [*NOTES.items(), *REJECTS.items()]:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert sentence.endswith((".", "raise --max-tokens."))


def test_spans_are_verbatim_and_short() -> None:
    text = "A dog runs. " * 100
    (finding,) = parse_reply(text, "pair").findings
    assert finding.span == text[:80].strip()


pieces = st.sampled_from(
    [
        *(
            "Question:",
            "Answer:",
            "===",
            "```",
            "\n",
            "\n\n",
            "**",
            "Q:",
            "A:",
            "1. ",
            "### ",
            "---",
        ),
        *(
            '{"turns":[',
            '{"question":"a","answer":"b"}',
            "{",
            "}",
            "[",
            "]",
            '"answer":',
            '"x"',
            ",",
        ),
        *("What?", "A cat.", "Sure, here is", "I'm sorry, I can't", "<think>", "</think>", "</s>"),
        *(
            "\u200b",
            "\ud800",
            "\r",
            "NaN",
            "9" * 5000,
            "\0",
            "\uff1a",
            "Description:",
            "I hope this",
        ),
    ]
)
replies = st.one_of(st.text(), st.lists(pieces, max_size=25).map("".join))


@given(
    text=replies,
    layout=st.sampled_from(LAYOUTS),
    reply_format=st.sampled_from(FORMATS),
    reason=st.sampled_from(["stop", "length", "content_filter", "", "odd"]),
)
def test_any_text_gives_turns_or_exactly_one_rejection(
    text: str, layout: ReplyLayout, reply_format: ReplyFormat, reason: str
) -> None:
    parsed = parse_reply(
        text, layout, finish_reason=reason, reply_format=reply_format, question="Describe it."
    )
    rejections = [each for each in parsed.findings if each.severity == "reject"]
    assert len(rejections) == (0 if parsed.turns else 1)
    assert len(set(list_codes(parsed))) == len(parsed.findings)
    assert {each.code for each in parsed.findings} <= NOTES.keys() | REJECTS.keys()
    assert all(turn.question and turn.answer.strip() for turn in parsed.turns)
    if layout != "pairs":
        assert len(parsed.turns) <= 1


# what an ordinary turn holds: no line that is a label, a rule, a fence or JSON, no word to the user
lines = st.from_regex(r"[\w (),.?!'é한국-]{1,40}", fullmatch=True).filter(
    lambda line: line.strip() and not re.match(r"[\W\d_]*(?:q|a)", line, re.IGNORECASE)
)
texts = (
    st.lists(lines, min_size=1, max_size=4)
    .map("\n".join)
    .map(str.strip)
    .filter(
        lambda text: (
            text
            and not re.match(
                r"\W*(?:sure|ok|here|hope|i |if|let|is|pl|would|\d)", text, re.IGNORECASE
            )
        )
    )
    .filter(lambda text: not re.search(r"^[-=*_\s]*$", text, re.MULTILINE))
)
turns = st.builds(Turn, texts, texts)


@given(st.lists(turns, min_size=1, max_size=6), st.sampled_from(["pairs", "pair"]))
def test_turns_survive_rendering_and_parsing(dialogue: list[Turn], layout: ReplyLayout) -> None:
    wanted = tuple(dialogue) if layout == "pairs" else tuple(dialogue[:1])
    written = render_text(wanted, layout)
    assert parse_reply(written, layout) == ParsedReply(wanted)
    assert read_text(written, layout) == wanted
    as_json = parse_reply(render_json(wanted, layout), layout, reply_format="json")
    assert as_json == ParsedReply(wanted)


@given(texts)
def test_a_text_survives_rendering_and_parsing(answer: str) -> None:
    wanted = (Turn("Describe it.", answer),)
    plain = parse_reply(render_text(wanted, "text"), "text", question="Describe it.")
    as_json = parse_reply(
        render_json(wanted, "text"), "text", reply_format="json", question="Describe it."
    )
    assert plain == as_json == ParsedReply(wanted)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("reply_format", FORMATS)
@pytest.mark.parametrize(
    "unit",
    [
        *("Question:\n", "Answer: x\n", "=", "===\n", " ", "\n", "```\n", "---\n", "*", "{", "[{"),
        *('{"a":', "</s> ", "<think>", "\u200b", "Sure!\n\n", "I can't ", "\r", "Pair 1\n"),
        f"Question{' ' * 71}x\n",
    ],
)
def test_no_unit_repeated_to_a_hundred_kilobytes_is_costly(
    unit: str, reply_format: ReplyFormat, layout: ReplyLayout
) -> None:
    # a reader that is quadratic in one of these would not come to an end here
    parsed = parse_reply(unit * (100_000 // len(unit)), layout, reply_format=reply_format)
    assert len(parsed.findings) < 10
