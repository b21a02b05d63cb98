import random
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.config import shipped_folder
from datagen.errors import PromptError
from datagen.layouts import JSON_REPLIES, read_text, reply_schema
from datagen.prompts import ResponseType, load_prompts
from datagen.records import Message, ReplyFormat, Turn

SHIPPED = shipped_folder("prompts")
TYPES = load_prompts(SHIPPED)
QUESTIONS: dict[str, list[str]] = tomllib.loads(
    (SHIPPED / "detail_description" / "type.toml").read_text(encoding="utf-8")
)["questions"]

NAMES = (
    "person|bicycle|car|motorcycle|airplane|bus|train|truck|boat|traffic light|fire hydrant|stop sign"
    "|parking meter|bench|bird|cat|dog|horse|sheep|cow|elephant|bear|zebra|giraffe|backpack|umbrella"
    "|handbag|tie|suitcase|frisbee|skis|snowboard|sports ball|kite|baseball bat|baseball glove"
    "|skateboard|surfboard|tennis racket|bottle|wine glass|cup|fork|knife|spoon|bowl|banana|apple"
    "|sandwich|orange|broccoli|carrot|hot dog|pizza|donut|cake|chair|couch|potted plant|bed"
    "|dining table|toilet|tv|laptop|mouse|remote|keyboard|cell phone|microwave|oven|toaster|sink"
    "|refrigerator|book|clock|vase|scissors|teddy bear|hair drier|toothbrush"
)
CATEGORIES = frozenset(NAMES.split("|"))

Boxes = list[tuple[str, tuple[float, ...]]]


def examples_of(type_: ResponseType) -> list[tuple[str, tuple[Turn, ...]]]:
    """Context and turns of every example of a type loaded for replies as text."""
    contents = [message.content for message in type_.messages[1:]]
    replies = [read_text(text, type_.layout) for text in contents[1::2]]
    return list(zip(contents[::2], replies, strict=True))


def read_boxes(context: str) -> Boxes:
    lines = context.partition("\n\n")[2].splitlines()
    pairs = [line.split(": ", 1) for line in lines]
    return [(name, tuple(float(v) for v in box.strip("[]").split(", "))) for name, box in pairs]


EXAMPLES = [
    pytest.param(type_, context, turns, id=f"{name}-{number:03}")
    for name, type_ in TYPES.items()
    for number, (context, turns) in enumerate(examples_of(type_))
]
BOXED = [(name, n) for name in ("complex_reasoning", "detail_description") for n in range(3)]

# --- the shipped folder ---------------------------------------------------------------------------


def test_the_shipped_folder_holds_the_three_types_with_llavas_shares() -> None:
    found = {name: (type_.context, type_.layout, type_.share) for name, type_ in TYPES.items()}
    assert found == {
        "complex_reasoning": ("captions+boxes", "pair", 77),
        "conversation": ("captions", "pairs", 58),
        "detail_description": ("captions+boxes", "text", 23),
    }
    assert list(TYPES) == sorted(TYPES)


def test_the_shipped_types_show_two_three_and_three_examples() -> None:
    counts = {name: len(examples_of(type_)) for name, type_ in TYPES.items()}
    assert counts == {"conversation": 2, "detail_description": 3, "complex_reasoning": 3}


def test_a_prefix_is_the_system_message_then_user_and_assistant_in_turn() -> None:
    for type_ in TYPES.values():
        roles = [message.role for message in type_.messages]
        assert roles == ["system", *["user", "assistant"] * (len(roles) // 2)]


@pytest.mark.parametrize(("type_", "context", "turns"), EXAMPLES)
def test_an_example_context_has_llavas_form(
    type_: ResponseType, context: str, turns: tuple[Turn, ...]
) -> None:
    captions, _, boxes = context.partition("\n\n")
    assert len(captions.splitlines()) == 5
    assert bool(boxes) == (type_.context == "captions+boxes")
    for line, (name, corners) in zip(boxes.splitlines(), read_boxes(context), strict=True):
        assert name in CATEGORIES
        assert line == f"{name}: {[round(corner, 3) for corner in corners]}"
        x1, y1, x2, y2 = corners
        assert 0 <= x1 < x2 <= 1
        assert 0 <= y1 < y2 <= 1


@pytest.mark.parametrize(("type_", "context", "turns"), EXAMPLES)
def test_an_example_never_names_its_source_or_a_coordinate(
    type_: ResponseType, context: str, turns: tuple[Turn, ...]
) -> None:
    said = " ".join(f"{turn.question} {turn.answer}" for turn in turns).lower()
    source = "caption|sentence|box|coordinate|annotat|context|label|notes"
    assert not re.search(rf"{source}|provided|mention|described|according to|\d", said)


def test_example_dialogues_have_short_answers_one_of_them_a_no() -> None:
    words = []
    for _, turns in examples_of(TYPES["conversation"]):
        assert 5 <= len(turns) <= 8
        assert sum(turn.answer.startswith("No, there ") for turn in turns) == 1
        assert len({turn.question.split()[0] for turn in turns}) >= 5
        words += [len(turn.answer.split()) for turn in turns]
    assert 12 <= sum(words) / len(words) <= 20


@pytest.mark.parametrize(
    ("name", "least", "most"), [("detail_description", 80, 130), ("complex_reasoning", 100, 130)]
)
def test_long_example_answers_keep_to_the_length_they_teach(
    name: str, least: int, most: int
) -> None:
    lengths = [len(turns[0].answer.split()) for _, turns in examples_of(TYPES[name])]
    assert all(least <= length <= most for length in lengths), lengths


@pytest.mark.parametrize(
    ("name", "number", "phrase", "category", "count"),
    [
        ("detail_description", 0, "Two people are mending", "person", 2),
        (
            "detail_description",
            0,
            "Besides the clock in front of the woman there are two",
            "clock",
            3,
        ),
        ("detail_description", 1, "Three musicians", "person", 3 + 1),  # and one box for the crowd
        ("detail_description", 2, "four sheep", "sheep", 4),
        ("detail_description", 2, "one person", "person", 1),
        ("complex_reasoning", 1, "two on the left and one on the right", "car", 3),
        ("complex_reasoning", 2, "six wooden chairs", "chair", 6),
        ("complex_reasoning", 2, "a wine glass for each", "wine glass", 6),
    ],
)
def test_a_number_in_an_example_is_the_number_of_boxes(
    name: str, number: int, phrase: str, category: str, count: int
) -> None:
    context, turns = examples_of(TYPES[name])[number]
    assert phrase in turns[0].answer
    assert [found for found, _ in read_boxes(context)].count(category) == count


@pytest.mark.parametrize(
    ("name", "number", "phrase", "category", "sides"),
    [
        ("detail_description", 0, "On the left, a woman", "person", "lr"),
        ("detail_description", 0, "near the middle of the table", "clock", "lcr"),
        ("detail_description", 0, "A pair of scissors lies in the centre", "scissors", "c"),
        ("detail_description", 0, "a bottle stands at the far left", "bottle", "l"),
        ("detail_description", 1, "fountain in the centre", "person", "cccc"),  # crowd included
        ("detail_description", 1, "On the left, nearer to the viewer", "bicycle", "l"),
        ("detail_description", 1, "On the right, an umbrella", "umbrella", "r"),
        ("detail_description", 2, "Three of them are close together on the left", "sheep", "lllr"),
        ("detail_description", 2, "the foreground on the right there is a bench", "bench", "r"),
        ("detail_description", 2, "in the middle of the picture's upper half", "train", "c"),
        ("complex_reasoning", 0, "The stove is just to the right", "oven", "r"),
        ("complex_reasoning", 0, "To the left of the boy", "knife", "l"),
        ("complex_reasoning", 1, "two on the left and one on the right", "car", "llr"),
        ("complex_reasoning", 2, "in the middle of the table", "cake", "c"),
    ],
)
def test_a_side_in_an_example_is_where_the_boxes_are(
    name: str, number: int, phrase: str, category: str, sides: str
) -> None:
    context, turns = examples_of(TYPES[name])[number]
    assert phrase in turns[0].answer
    middles = [(box[0] + box[2]) / 2 for found, box in read_boxes(context) if found == category]
    thirds = ["l" if x < 1 / 3 else "r" if x > 2 / 3 else "c" for x in middles]
    assert "".join(thirds) == sides


@pytest.mark.parametrize(("name", "number"), BOXED)
def test_a_boxed_example_speaks_of_its_boxed_things(name: str, number: int) -> None:
    context, turns = examples_of(TYPES[name])[number]
    other_words = {"person": "musician|people|person|boy|man", "cup": "mug", "oven": "stove"}
    other_words |= {"dining table": "table"}
    unused = {"traffic light"}  # a thing that does not bear on the question is left out
    for category in {found for found, _ in read_boxes(context)} - unused:
        assert re.search(other_words.get(category, category), turns[0].answer)


# --- questions ------------------------------------------------------------------------------------


def test_english_has_sixteen_questions_or_more_and_every_other_language_twelve() -> None:
    assert set(QUESTIONS) >= {"English", "Korean"}
    assert len(QUESTIONS["English"]) >= 16
    assert all(len(pool) >= 12 for pool in QUESTIONS.values())


@pytest.mark.parametrize("language", QUESTIONS)
def test_no_question_stands_twice_even_in_other_case_or_punctuation(language: str) -> None:
    bare = [re.sub(r"\W+", "", question).casefold() for question in QUESTIONS[language]]
    assert len(set(bare)) == len(bare)


@pytest.mark.parametrize(
    ("language", "script"), [("Korean", "[가-힣]"), ("Chinese", "[一-鿿]"), ("Japanese", "[ぁ-ん]")]
)
def test_questions_are_written_in_the_script_of_their_language(language: str, script: str) -> None:
    questions = load_prompts(SHIPPED, language=language)["detail_description"].questions
    assert all(re.search(script, q) and not re.search("[A-Za-z]", q) for q in questions)


def test_a_draw_repeats_with_its_seed_and_reaches_the_whole_pool() -> None:
    type_ = TYPES["detail_description"]
    drawn = [type_.draw_question(random.Random(seed)) for seed in range(400)]
    assert drawn == [type_.draw_question(random.Random(seed)) for seed in range(400)]
    assert set(drawn) == set(type_.questions) == set(QUESTIONS["English"])


def test_a_type_that_brings_its_own_questions_draws_none() -> None:
    assert TYPES["conversation"].draw_question(random.Random(0)) == ""
    assert TYPES["complex_reasoning"].questions == ()


# --- language and reply format --------------------------------------------------------------------


@pytest.mark.parametrize("reply_format", ["text", "json"])
def test_korean_is_asked_for_in_every_type(reply_format: ReplyFormat) -> None:
    for type_ in load_prompts(SHIPPED, language="Korean", reply_format=reply_format).values():
        system = type_.messages[0].content
        assert re.search(r"Write the .+ in Korean", system)
        assert "native speaker of Korean" in system
        assert "English only to show" in system or "examples are in English" in system


def test_english_prompts_do_not_speak_of_another_language() -> None:
    for type_ in TYPES.values():
        assert "native speaker" not in type_.messages[0].content


def test_a_language_is_found_whatever_its_case() -> None:
    type_ = load_prompts(SHIPPED, language="korean")["detail_description"]
    assert type_.questions == tuple(QUESTIONS["Korean"])


def test_a_language_without_questions_says_which_table_to_add() -> None:
    with pytest.raises(PromptError, match=r'\[questions\]: Basque = \["\.\.\."') as caught:
        load_prompts(SHIPPED, language="Basque")
    assert caught.value.path == SHIPPED / "detail_description" / "type.toml"
    assert "English, Korean" in caught.value.problem


def test_the_system_message_asks_for_one_form_only() -> None:
    for name, type_ in load_prompts(SHIPPED, reply_format="json").items():
        as_json, as_text = type_.messages[0].content, TYPES[name].messages[0].content
        assert "JSON object" in as_json
        assert "===" not in as_json
        assert "`Question:`" not in as_json
        assert "JSON" not in as_text
        assert ("===" in as_text) == (type_.layout != "text")


def test_json_examples_are_the_text_examples_and_fit_the_schema() -> None:
    for name, type_ in load_prompts(SHIPPED, reply_format="json").items():
        assert type_.json_schema == reply_schema(type_.layout)
        replies = [message.content for message in type_.messages[2::2]]
        for reply, (_, turns) in zip(replies, examples_of(TYPES[name]), strict=True):
            checked = JSON_REPLIES[type_.layout].model_validate_json(reply).model_dump()
            pairs = checked.get("turns", [checked])
            assert [pair["answer"] for pair in pairs] == [turn.answer for turn in turns]
            assert [pair.get("question", "") for pair in pairs] == [t.question for t in turns]


def test_replies_as_text_carry_no_schema() -> None:
    assert all(type_.fill("A cat.").json_schema is None for type_ in TYPES.values())


# --- filling --------------------------------------------------------------------------------------


@given(st.text())
def test_a_context_is_sent_verbatim_after_an_unchanging_prefix(context: str) -> None:
    for type_ in TYPES.values():
        prompt = type_.fill(context)
        assert prompt.messages[:-1] == type_.messages
        assert prompt.messages[-1] == Message("user", context)


def test_a_seed_goes_into_the_prompt() -> None:
    assert TYPES["conversation"].fill("A cat.").seed == 0
    assert TYPES["conversation"].fill("A cat.", seed=3).seed == 3


# --- folders of one's own -------------------------------------------------------------------------

PAIR = "Question:\nWhy is the cart empty?\n===\nAnswer:\nThe market has closed.\n"
PAIRS = f"{PAIR}===\nQuestion:\nWhich colour is it?\n===\nAnswer:\nGreen. \n\n1. Paint\n2. Rust\n"
CAPS = "A green cart.\nAn empty handcart.\n\ntruck: [0.1, 0.2, 0.3, 0.4]\n"
LLAVA_LIKE = {
    "complex_reasoning/system_message.txt": "Ask something hard about {one} photo.\n",
    "complex_reasoning/000_caps.txt": CAPS,
    "complex_reasoning/000_conv.txt": PAIR,
    "conversation/system_message.txt": "Talk about a photo.",
    "conversation/000_caps.txt": "A green cart.\nAn empty handcart.",
    "conversation/000_conv.txt": PAIRS,
    "detail_description/system_message.txt": "Describe a photo.\n\nAt length.",
    "detail_description/000_caps.txt": CAPS,
    "detail_description/000_conv.txt": "A green handcart stands empty. \n\nNobody is near it.",
}
TYPE_TOML = 'context = "captions+boxes"\nreply = "pair"\nshare = 10\n'
TEXT_TOML = (
    'context = "captions"\nreply = "text"\nshare = 1\n[questions]\nEnglish = ["What is it?"]\n'
)
RIDDLE = {
    "riddle/system_message.txt": "Write a riddle in {{ language }}.\n",
    "riddle/type.toml": TYPE_TOML,
    "riddle/000_caps.txt": CAPS,
    "riddle/000_conv.txt": PAIR,
}

Write = Callable[[Mapping[str, str | bytes | None]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files into a prompt folder; None stands for an empty folder."""

    def write_files(files: Mapping[str, str | bytes | None]) -> Path:
        folder = tmp_path / "prompts"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.mkdir()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write_files


def test_a_folder_like_llavas_works_unchanged(write: Write) -> None:
    types = load_prompts(write(LLAVA_LIKE))
    for name, type_ in types.items():
        names = ("system_message.txt", "000_caps.txt", "000_conv.txt")
        sent = [message.content for message in type_.messages]
        assert sent == [LLAVA_LIKE[f"{name}/{file}"].rstrip("\n") for file in names]
        shipped = TYPES[name]
        assert (type_.context, type_.layout) == (shipped.context, shipped.layout)
        assert (type_.share, type_.questions) == (shipped.share, shipped.questions)


def test_a_folder_like_llavas_can_be_asked_for_json(write: Write) -> None:
    types = load_prompts(write(LLAVA_LIKE), reply_format="json")
    system, _, reply = (message.content for message in types["conversation"].messages)
    assert system.startswith("Talk about a photo.\n\nReply with one JSON object")
    assert '{"turns": [{"question": "...", "answer": "..."}]}' in system
    parsed = JSON_REPLIES["pairs"].model_validate_json(reply).model_dump()
    assert parsed["turns"][1]["answer"] == "Green. \n\n1. Paint\n2. Rust"


def test_an_undeclared_example_in_a_layout_of_its_own_is_sent_as_it_is(write: Write) -> None:
    line = '{"question": "Why?", "answer": "Because."}'
    folder = write(LLAVA_LIKE | {"conversation/000_conv.txt": f"{line}\n{line}\n"})
    assert load_prompts(folder)["conversation"].messages[2].content == f"{line}\n{line}"
    with pytest.raises(PromptError, match=r"000_conv\.txt: does not fit reply = \"pairs\""):
        load_prompts(folder, reply_format="json")


def test_a_folder_like_llavas_cannot_be_asked_for_korean(write: Write) -> None:
    with pytest.raises(PromptError, match=r"Korean is asked for, but `{{ language }}`") as caught:
        load_prompts(write(LLAVA_LIKE), language="Korean")
    assert caught.value.path.name == "system_message.txt"


def test_a_type_of_ones_own_is_a_folder(write: Write) -> None:
    type_ = load_prompts(write(RIDDLE), language="Welsh")["riddle"]
    assert (type_.context, type_.layout, type_.share) == ("captions+boxes", "pair", 10)
    assert type_.messages[0] == Message("system", "Write a riddle in Welsh.")


def test_a_type_needs_no_examples(write: Write) -> None:
    folder = write({name: text for name, text in RIDDLE.items() if "000" not in name})
    assert load_prompts(folder)["riddle"].messages == (
        Message("system", "Write a riddle in English."),
    )


def test_examples_follow_their_numbers(write: Write) -> None:
    more = {f"riddle/{n}_{part}.txt": f"{n}" for n in ("9", "10") for part in ("caps", "conv")}
    texts = {"riddle/type.toml": TEXT_TOML, "riddle/000_conv.txt": "A cart."}
    messages = load_prompts(write(RIDDLE | more | texts))["riddle"].messages
    assert [message.content for message in messages[3:]] == ["9", "9", "10", "10"]


def test_line_ends_and_a_byte_order_mark_do_not_matter(write: Write) -> None:
    plain = load_prompts(write(RIDDLE))["riddle"]
    windows = {
        name: b"\xef\xbb\xbf" + t.replace("\n", "\r\n").encode() for name, t in RIDDLE.items()
    }
    assert load_prompts(write(windows))["riddle"] == plain


def test_hidden_folders_caches_and_notes_are_passed_over(write: Write) -> None:
    extra = {".git/x": "", "__pycache__/y.pyc": "", "README.md": "n", "riddle/NOTES.md": "n"}
    assert list(load_prompts(write(RIDDLE | extra | {"riddle/.hidden.txt": "n"}))) == ["riddle"]


def test_questions_are_templates(write: Write) -> None:
    toml = TEXT_TOML.replace("What is it?", "What is it? Answer in {{ language }}.")
    folder = write(RIDDLE | {"riddle/type.toml": toml, "riddle/000_conv.txt": "A cart."})
    assert load_prompts(folder)["riddle"].questions == ("What is it? Answer in English.",)


# --- templates of the query turn ------------------------------------------------------------------

SHOWN = "{{ type }}, {{ captions | length }}:\n{% for c in captions %}- {{ c }}\n{% endfor %}{{ boxes }}\n\n"
CONTEXT = "A {{ cat }}.\nIt says {% if %}.\n\ncat: [0.1, 0.2, 0.3, 0.4]\ndog: [0.0, 0.0, 1.0, 1.0]"


def test_a_template_lays_out_the_query_turn_only(write: Write) -> None:
    type_ = load_prompts(write(RIDDLE | {"riddle/user_message.j2": SHOWN}))["riddle"]
    assert type_.messages[1].content == CAPS.rstrip("\n")
    assert type_.fill(CONTEXT).messages[-1].content == (
        "riddle, 2:\n- A {{ cat }}.\n- It says {% if %}.\n"
        "['cat: [0.1, 0.2, 0.3, 0.4]', 'dog: [0.0, 0.0, 1.0, 1.0]']"
    )


def test_a_template_at_the_top_serves_all_types_but_those_with_their_own(write: Write) -> None:
    templates = {"user_message.j2": "All: {{ context }}"}
    templates["conversation/user_message.j2"] = "Own: {{ context }}"
    types = load_prompts(write(LLAVA_LIKE | templates))
    filled = {name: type_.fill("A cat.").messages[-1].content for name, type_ in types.items()}
    assert filled == {
        "complex_reasoning": "All: A cat.",
        "conversation": "Own: A cat.",
        "detail_description": "All: A cat.",
    }


def test_a_context_without_captions_has_boxes_only(write: Write) -> None:
    type_ = load_prompts(write(RIDDLE | {"riddle/user_message.j2": SHOWN}))["riddle"]
    filled = type_.fill("cat: [0.1, 0.2, 0.3, 0.4]").messages[-1].content
    assert filled == "riddle, 0:\n['cat: [0.1, 0.2, 0.3, 0.4]']"


def test_a_template_that_fails_on_one_context_gives_a_clear_error(write: Write) -> None:
    source = "{{ context }}\n{% if captions|length > 5 %}{{ captions[99] }}{% endif %}"
    type_ = load_prompts(write(RIDDLE | {"riddle/user_message.j2": source}))["riddle"]
    with pytest.raises(PromptError, match=r"riddle/user_message\.j2, line 2: cannot be rendered"):
        type_.fill("A cat.\n" * 6)


# --- what fails at the start ----------------------------------------------------------------------

FAULTS: dict[str, tuple[dict[str, str | bytes | None], str, str]] = {
    # claim: the faulty files, then file and place, and words of the problem
    "caps without conv": ({"riddle/001_caps.txt": "A."}, "001_conv.txt", "missing; 001_caps.txt"),
    "conv without caps": ({"riddle/001_conv.txt": PAIR}, "001_caps.txt", "missing; 001_conv.txt"),
    "unreadable example": (
        {"riddle/000_conv.txt": "Why?\n===\nBecause."},
        "000_conv.txt",
        'does not fit reply = "pair": expected a line `Question:`',
    ),
    "two pairs for one": ({"riddle/000_conv.txt": PAIRS}, "000_conv.txt", "2 pairs where one"),
    "blank example": ({"riddle/000_caps.txt": " \n"}, "000_caps.txt", "the file is empty"),
    "misspelt example": (
        {"riddle/001_cap.txt": "A."},
        "001_cap.txt",
        "no file of this name; did you mean `000_caps.txt`?",
    ),
    "a note that ends in txt": (
        {"riddle/thoughts.txt": "A."},
        "thoughts.txt",
        "give it another ending if it is a note",
    ),
    "misspelt template": (
        {"riddle/user_mesage.j2": "{{ context }}"},
        "user_mesage.j2",
        "did you mean `user_message.j2`?",
    ),
    "misspelt template at the top": (
        {"user_mesage.j2": "{{ context }}"},
        "user_mesage.j2",
        "did you mean `user_message.j2`?",
    ),
    "not UTF-8": (
        {"riddle/000_caps.txt": b"A cat.\nA caf\xe9."},
        "000_caps.txt, line 2",
        "not UTF-8",
    ),
    "a folder for a file": ({"riddle/user_message.j2": None}, "user_message.j2", "cannot be read"),
    "not TOML": ({"riddle/type.toml": "context ="}, "type.toml", "not TOML: Invalid value (at end"),
    "unknown key": (
        {"riddle/type.toml": TYPE_TOML + "shares = 3"},
        "type.toml",
        "unknown key `shares`; did you mean `share`?",
    ),
    "missing key": (
        {"riddle/type.toml": 'reply = "pair"'},
        "type.toml",
        "`context`: Field required",
    ),
    "wrong value": (
        {"riddle/type.toml": TYPE_TOML.replace("captions+boxes", "boxes")},
        "type.toml",
        "`context`: Input should be 'captions' or 'captions+boxes'",
    ),
    "negative share": (
        {"riddle/type.toml": TYPE_TOML.replace("10", "-1")},
        "type.toml",
        "`share`: Input should be greater than or equal to 0",
    ),
    "infinite share": (
        {"riddle/type.toml": TYPE_TOML.replace("10", "inf")},
        "type.toml",
        "`share`: Input should be a finite number",
    ),
    "questions for pairs": (
        {"riddle/type.toml": TYPE_TOML + '[questions]\nEnglish = ["What?"]'},
        "type.toml",
        '[questions] are used with reply = "text" only',
    ),
    "question twice": (
        {"riddle/type.toml": TEXT_TOML.replace('"]', '", "What is it?"]')},
        "type.toml",
        "'What is it?' is blank, there twice or holds <image>",
    ),
    "question with the image": (
        {"riddle/type.toml": TEXT_TOML.replace("What is", "<image> What is")},
        "type.toml",
        "holds <image>",
    ),
    "language twice": (
        {"riddle/type.toml": TEXT_TOML + 'english = ["Who?"]'},
        "type.toml",
        "a language stands there twice",
    ),
    "text without questions": (
        {
            "riddle/type.toml": TYPE_TOML.replace("pair", "text"),
            "riddle/000_conv.txt": "A cart.",
        },
        "type.toml",
        'no questions in English; add under [questions]: English = ["...", "..."]',
    ),
    "misspelt placeholder in a question": (
        {
            "riddle/type.toml": TEXT_TOML.replace("it?", "it, in {{ langauge }}?"),
            "riddle/000_conv.txt": "A cart.",
        },
        "type.toml, question 1 in English",
        "unknown placeholder `langauge`; did you mean `language`?",
    ),
    "misspelt placeholder": (
        {"riddle/system_message.txt": "Riddle.\n{{ langauge }}"},
        "system_message.txt, line 2",
        "unknown placeholder `langauge`; did you mean `language`?",
    ),
    "misspelt placeholder in the branch not taken": (
        {"riddle/system_message.txt": '{% if type == "x" %}\n{{ replyformat }}\n{% endif %}'},
        "system_message.txt, line 2",
        "unknown placeholder `replyformat`; did you mean `reply_format`?",
    ),
    "the context where it is not known": (
        {"riddle/system_message.txt": "{{ context }}"},
        "system_message.txt, line 1",
        "known are language, reply_format, type",
    ),
    "template syntax": (
        {"riddle/system_message.txt": "Riddle.\n{% if type %}"},
        "system_message.txt, line 2",
        "Unexpected end of template",
    ),
    "unknown filter": (
        {"riddle/system_message.txt": "{{ type | shout }}"},
        "system_message.txt, line 1",
        "No filter named 'shout'",
    ),
    "template that breaks": (
        {"riddle/system_message.txt": "Riddle.\n\n{{ 1 / 0 }}"},
        "system_message.txt, line 3",
        "cannot be rendered: division by zero",
    ),
    "template that reaches out of the sandbox": (
        {"riddle/system_message.txt": "{{ type.__class__.__mro__ }}"},
        "system_message.txt, line 1",
        "unsafe",
    ),
    "template that includes a file": (
        {"riddle/system_message.txt": "{% include 'x' %}"},
        "system_message.txt, line 1",
        "cannot be rendered: no loader",
    ),
    "template without the picture": (
        {"riddle/user_message.j2": "{{ captions | length }} in {{ language }}"},
        "user_message.j2",
        "the picture would never reach the model",
    ),
    "template that needs boxes": (
        {"riddle/user_message.j2": "{{ context }}\n{{ boxes[0] }}"},
        "user_message.j2, line 2",
        "cannot be rendered",
    ),
    "template that needs two captions": (
        {"riddle/user_message.j2": "{{ captions[0] }} {{ captions[1] }}"},
        "user_message.j2, line 1",
        "cannot be rendered",
    ),
    "misspelt placeholder in the query turn": (
        {"user_message.j2": "{{ context }}\n{% if boxs %}x{% endif %}"},
        "user_message.j2, line 2",
        "unknown placeholder `boxs`; did you mean `boxes`?",
    ),
    "a folder that is no type": (
        {"drafts/idea.md": "A."},
        "drafts",
        "no system_message.txt; add it, or move this folder elsewhere",
    ),
    "a name that does not fit": (
        {"a b/system_message.txt": "A."},
        "a b",
        "may hold letters, digits, `_` and `-` only",
    ),
    "no type.toml": (
        {"second/system_message.txt": "A."},
        "second",
        'a minimal one reads:\ncontext = "captions+boxes"\nreply = "pair"\nshare = 10',
    ),
}


@pytest.mark.parametrize("claim", FAULTS)
def test_a_faulty_folder_is_refused_with_file_place_and_remedy(claim: str, write: Write) -> None:
    files, where, problem = FAULTS[claim]
    with pytest.raises(PromptError) as caught:
        load_prompts(write(RIDDLE | files))
    error = caught.value
    assert (f"{error.path.name}, {error.place}" if error.place else error.path.name) == where
    assert problem in error.problem


def test_the_minimal_type_file_that_an_error_shows_is_enough(write: Write) -> None:
    with pytest.raises(PromptError) as caught:
        load_prompts(write({"second/system_message.txt": "A."}))
    shown = caught.value.problem.partition("\n")[2]
    assert list(load_prompts(write({"second/type.toml": shown}))) == ["second"]


def test_a_folder_without_types_is_refused(write: Write) -> None:
    with pytest.raises(PromptError, match="no response type"):
        load_prompts(write({"README.md": "n"}))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no such folder"):
        load_prompts(tmp_path / "nowhere")


def test_a_single_type_in_place_of_the_folder_is_refused() -> None:
    with pytest.raises(PromptError, match="give the folder that holds it"):
        load_prompts(SHIPPED / "conversation")


# --- the fingerprint ------------------------------------------------------------------------------

FINGERPRINTED = RIDDLE | {"riddle/type.toml": TEXT_TOML, "riddle/000_conv.txt": "A cart."}


@pytest.mark.parametrize(
    "change",
    [
        {"riddle/system_message.txt": "Write a good riddle in {{ language }}."},
        {"riddle/000_caps.txt": "A cart."},
        {"riddle/000_conv.txt": "A red cart."},
        {"riddle/type.toml": TEXT_TOML.replace("What is it?", "What?")},
        {"riddle/type.toml": TEXT_TOML.replace('"captions"', '"captions+boxes"')},
        {"riddle/user_message.j2": "{{ context }}"},
    ],
)
def test_what_changes_a_request_or_question_changes_the_fingerprint(
    change: Mapping[str, str], write: Write
) -> None:
    before = load_prompts(write(FINGERPRINTED))["riddle"].fingerprint
    assert load_prompts(write(change))["riddle"].fingerprint != before


def test_language_and_reply_format_change_the_fingerprint() -> None:
    for name in TYPES:
        loaded = [
            load_prompts(SHIPPED, language=language, reply_format=reply_format)[name].fingerprint
            for language in ("English", "Korean")
            for reply_format in ("text", "json")
        ]
        assert len(set(loaded)) == 4


def test_share_and_description_leave_the_fingerprint_alone(write: Write) -> None:
    before = load_prompts(write(FINGERPRINTED))["riddle"]
    toml = 'description = "a riddle"\n' + TEXT_TOML.replace("share = 1", "share = 5")
    after = load_prompts(write({"riddle/type.toml": toml}))["riddle"]
    assert (before.share, after.share, after.description) == (1, 5, "a riddle")
    assert after.fingerprint == before.fingerprint
