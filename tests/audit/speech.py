"""Audit: defects of language: leaks, refusals, cut endings, examples copied, and look-alikes."""

import re
from collections.abc import Callable, Mapping
from functools import cache

from datagen.config import shipped_folder
from datagen.layouts import read_text
from datagen.prompts import load_prompts
from tests.audit import planting, wording
from tests.audit.categories import list_categories
from tests.audit.planting import Plant, Setting
from tests.audit.wording import Slots

_FUNCTION_WORDS = wording.list_words("function")
_WORDS = re.compile(r"\S+")


def _draw_slots(setting: Setting) -> Slots | None:
    """A present thing with its box, and what is there in a few words."""
    boxes = setting.facts.image.boxes
    known = [box for box in boxes if box.category in list_categories()]
    if not known:
        return None
    box = setting.rng.choice(known)
    corners = ", ".join(str(round(corner, 3)) for corner in box.corners)
    row = list_categories()[box.category]
    return {"x": row.noun, "t": row.one, "box": f"[{corners}]"}


def _fill(setting: Setting, family: str, key: str) -> str | None:
    slots = _draw_slots(setting)
    return wording.fill(wording.draw(setting.rng, family, key), slots) if slots else None


def plant_sentence(setting: Setting, family: str, shape: str) -> Plant | None:
    """A sentence or list at the end of an answer."""
    key = shape.removeprefix("after a ")
    sentence = _fill(setting, family, key) if setting.false else None
    return planting.append(setting, family, shape, sentence) if sentence else None


def plant_look_alike(setting: Setting, family: str) -> Plant | None:
    """An innocent sentence with the words of the defect."""
    sentence = None if setting.false else _fill(setting, family, "innocent")
    return planting.append(setting, family, "look-alike", sentence) if sentence else None


def plant_prefix(setting: Setting, family: str) -> Plant | None:
    """Words before the first sentence of an answer, which goes on in small letters."""
    text = _fill(setting, family, "prefix") if setting.false else None
    if not text:
        return None
    turn = setting.rng.choice(setting.answers)
    answer = setting.case.texts[turn]
    word = answer.split(maxsplit=1)[0]
    runs_on = not text.endswith(". ") and word in {"The", "A", "An", "There", "It", "In", "On"}
    first = answer[0].lower() if runs_on else answer[0]
    return planting.splice(setting, family, "prefix", turn, 0, 1, text + first)


def plant_clause(setting: Setting, family: str) -> Plant | None:
    """A clause at the end of a sentence."""
    clause = _fill(setting, family, "subordinate") if setting.false else None
    return planting.attach(setting, family, "subordinate", clause) if clause else None


def plant_dialogue(setting: Setting, family: str) -> Plant | None:
    """A further question and its answer; in conversations only."""
    slots = _draw_slots(setting) if setting.case.response_type == "conversation" else None
    if slots is None or not setting.false:
        return None
    question, answer = wording.draw_pair(setting.rng, family)
    texts = wording.fill(question, slots), wording.fill(answer, slots)
    return planting.add_turn(setting, family, "question", *texts)


def plant_whole(setting: Setting, family: str) -> Plant | None:
    """The last answer gives way to a refusal."""
    turn = setting.answers[-1]
    if not setting.false:
        return None
    text = wording.draw(setting.rng, family, "whole")
    end = len(setting.case.texts[turn])
    return planting.splice(setting, family, "whole answer", turn, 0, end, text)


def _cut_at(
    setting: Setting, shape: str, ends: Callable[[str], bool], mark: str = ""
) -> Plant | None:
    """Cut the longest answer after one of the words at which it may end."""
    if not setting.false:
        return None
    turn = max(setting.answers, key=lambda each: len(setting.case.texts[each]))
    text = setting.case.texts[turn]
    words = [match for match in _WORDS.finditer(text) if match.end() < len(text)]
    places = [match.end() for match in words[6:] if ends(match[0])]
    if not places:
        return None
    start = setting.rng.choice(places)
    return planting.splice(setting, "cut", shape, turn, start, len(text), mark)


def cut_after_function_word(setting: Setting) -> Plant | None:
    """It ends in "the", "with", …."""
    return _cut_at(setting, "function word", lambda word: word.lower() in _FUNCTION_WORDS)


def cut_after_comma(setting: Setting) -> Plant | None:
    """It ends in a comma."""
    return _cut_at(setting, "comma", lambda word: word.endswith(","))


def cut_in_mark(setting: Setting) -> Plant | None:
    """It ends in a hyphen, an open bracket or an open quotation mark."""
    mark = setting.rng.choice(("-", " (", ' "'))
    return _cut_at(setting, "hyphen or bracket", lambda word: word.isalpha(), mark)


def cut_anywhere(setting: Setting) -> Plant | None:
    """It ends after any word but a sentence's last, as a limit of tokens would have it."""
    return _cut_at(setting, "any word", lambda word: not word.endswith((".", "!", "?", ":")))


def drop_full_stop(setting: Setting) -> Plant | None:
    """A look-alike: a last answer of one short sentence without its full stop."""
    turn = setting.answers[-1]
    text = setting.case.texts[turn]
    if setting.false or not re.fullmatch(r"[^.!?\n]{1,80}[a-z]\.", text):
        return None
    return planting.splice(setting, "cut", "no full stop", turn, len(text) - 1, len(text), "")


def list_without_stop(setting: Setting) -> Plant | None:
    """A look-alike: a list of present things as the last words of the record."""
    names = setting.facts.present
    if setting.false or len(names) < 2 or setting.case.response_type != "conversation":
        return None
    chosen = setting.rng.sample(names, min(len(names), 3))
    bullet = setting.rng.choice(("- ", "* ", "1. "))
    lines = [f"{bullet}{wording.capitalize(list_categories()[name].noun)}" for name in chosen]
    question = setting.rng.choice(("What is there to see?", "List some things in the picture."))
    answer = "\n".join(lines)
    return planting.add_turn(setting, "cut", "list without stop", question, answer)


@cache
def read_examples(response_type: str) -> tuple[tuple[str, str], ...]:
    """Questions and answers of the prompt folder's own examples."""
    type_ = load_prompts(shipped_folder("prompts"))[response_type]
    replies = [message.content for message in type_.messages if message.role == "assistant"]
    turns = [turn for reply in replies for turn in read_text(reply, type_.layout)]
    return tuple((turn.question, turn.answer) for turn in turns)


def copy_answer(setting: Setting) -> Plant | None:
    """The last answer gives way to a whole example, if that is of some length."""
    long = [answer for _, answer in read_examples(setting.case.response_type) if len(answer) > 70]
    if not long or not setting.false:
        return None
    turn = setting.answers[-1]
    end = len(setting.case.texts[turn])
    return planting.splice(
        setting, "copied", "whole answer", turn, 0, end, setting.rng.choice(long)
    )


def copy_sentence(setting: Setting) -> Plant | None:
    """One sentence of an example, of twelve words or more, at the end of an answer."""
    sentences = [
        sentence
        for _, answer in read_examples(setting.case.response_type)
        for sentence, _, _ in planting.list_sentences(answer)
        if sentence.count(" ") >= 11
    ]
    if not sentences or not setting.false:
        return None
    return planting.append(setting, "copied", "one sentence", setting.rng.choice(sentences))


SPEECH: Mapping[tuple[str, str], Callable[[Setting], Plant | None]] = {
    ("leak", "appended"): lambda setting: plant_sentence(setting, "leak", "appended"),
    ("leak", "list"): lambda setting: plant_sentence(setting, "leak", "list"),
    ("leak", "subordinate"): lambda setting: plant_clause(setting, "leak"),
    ("leak", "after a hedge"): lambda setting: plant_sentence(setting, "leak", "after a hedge"),
    ("leak", "prefix"): lambda setting: plant_prefix(setting, "leak"),
    ("leak", "question"): lambda setting: plant_dialogue(setting, "leak"),
    ("leak", "look-alike"): lambda setting: plant_look_alike(setting, "leak"),
    ("refusal", "appended"): lambda setting: plant_sentence(setting, "refusal", "appended"),
    ("refusal", "prefix"): lambda setting: plant_prefix(setting, "refusal"),
    ("refusal", "whole answer"): lambda setting: plant_whole(setting, "refusal"),
    ("refusal", "look-alike"): lambda setting: plant_look_alike(setting, "refusal"),
    ("cut", "function word"): cut_after_function_word,
    ("cut", "comma"): cut_after_comma,
    ("cut", "hyphen or bracket"): cut_in_mark,
    ("cut", "any word"): cut_anywhere,
    ("cut", "no full stop"): drop_full_stop,
    ("cut", "list without stop"): list_without_stop,
    ("copied", "whole answer"): copy_answer,
    ("copied", "one sentence"): copy_sentence,
    ("copied", "look-alike"): lambda setting: plant_look_alike(setting, "copied"),
}
"""Defects of language and their look-alikes, by family and shape."""
