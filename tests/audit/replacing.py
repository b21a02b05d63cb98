"""Audit: defects planted in place: one word or number of a clean record is changed.

Only in asserted clauses and only where the change makes the record false beyond doubt; the shape
`any mention` alone takes every noun, so that hypotheticals and denials count as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from tests.audit import planting
from tests.audit.categories import (
    SAME_THING,
    choose_article,
    find_named,
    list_categories,
    rank_companions,
)
from tests.audit.facts import COLOUR, colour_family
from tests.audit.noun_phrases import Phrase, list_claimed, list_nouns
from tests.audit.planting import Plant, Setting
from tests.audit.wording import read_number, spell_number

_COLOUR_AFTER = re.compile(rf"\s+(?:is|looks) (?:mostly )?({COLOUR})(?=[.,;]|$)", re.IGNORECASE)
_SIDE_END = re.compile(
    r"\s*(?:$|(?:side|half|edge|part)\b|of the (?:picture|image|frame|scene|view)"
    r"|(?:is|are|there|stands?|sits?|hangs?|lies?|with|and)\b)"
)
_DENIED = re.compile(r"(?:^|[,;:]\s+|[Tt]here(?:'s| is| are) )[Nn]o $|n't (?:see |spot )?any $")
_TURNED = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def replace_object(setting: Setting) -> Plant | None:
    """The noun of a thing said to be there becomes that of an absent one, or a synonym."""
    phrases = [
        each for each in list_claimed(tuple(setting.case.texts)) if _is_replaceable(setting, each)
    ]
    if not phrases:
        return None
    phrase = setting.rng.choice(phrases)
    noun = _find_stranger(setting, phrase) if setting.false else _find_synonym(setting, phrase)
    return _swap_noun(setting, "in place", phrase, noun) if noun else None


def replace_mention(setting: Setting) -> Plant | None:
    """The same for any mention in an answer, in conditions, purposes and denials too."""
    nouns = list_nouns(tuple(setting.case.texts)) if setting.false else ()
    phrases = [each for each in nouns if _is_replaceable(setting, each)]
    if not phrases:
        return None
    phrase = setting.rng.choice(phrases)
    noun = _find_stranger(setting, phrase)
    return _swap_noun(setting, "any mention", phrase, noun) if noun else None


def _is_replaceable(setting: Setting, phrase: Phrase) -> bool:
    return phrase.category in setting.facts.boxes and phrase.category != "person"


def _find_stranger(setting: Setting, phrase: Phrase) -> str:
    """An absent category's noun, of the same group if there is one and most at home here."""
    table = list_categories()
    pool = [name for name in setting.facts.absent if not table[name].loose and name != "person"]
    ranks = rank_companions([phrase.category], pool)
    group = table[phrase.category].group
    best = sorted(ranks, key=lambda name: (table[name].group != group, -ranks[name], name))[:4]
    if not best:
        return ""
    row = table[setting.rng.choice(best)]
    return row.plural if phrase.plural else row.noun


def _find_synonym(setting: Setting, phrase: Phrase) -> str:
    """Another word for the same thing, empty for none."""
    text = setting.case.texts[phrase.turn][phrase.start : phrase.end].lower()
    same = {
        word for pair in SAME_THING for word in pair[phrase.plural] if text in pair[phrase.plural]
    }
    others = sorted(same - {text})
    return setting.rng.choice(others) if others else ""


def _swap_noun(setting: Setting, shape: str, phrase: Phrase, noun: str) -> Plant:
    """Put another noun there; the article before it agrees."""
    start, lead = phrase.start, ""
    if phrase.article:
        word, start = phrase.article
        new = choose_article(noun)
        lead = (new.capitalize() if word[0].isupper() else new) + " "
    text = lead + noun
    if setting.case.texts[phrase.turn][start].isupper():
        text = text[0].upper() + text[1:]
    return planting.splice(setting, "object", shape, phrase.turn, start, phrase.end, text)


def replace_count(setting: Setting) -> Plant | None:
    """A number before a plural goes up, by one now and then; the boxes have the clean number."""
    places = [
        (phrase.turn, *phrase.number)
        for phrase in (list_claimed(tuple(setting.case.texts)) if setting.false else ())
        if phrase.plural
        and phrase.number
        and read_number(phrase.number[0]) == setting.facts.box_count(phrase.category)
    ]
    if not places:
        return None
    turn, word, start = setting.rng.choice(places)
    more = (read_number(word) or 0) + setting.rng.choice((1, 2, 3))
    new = str(more) if word.isdigit() else spell_number(more, setting.rng)
    new = new.capitalize() if word[0].isupper() else new
    return planting.splice(setting, "count", "in place", turn, start, start + len(word), new)


def replace_colour(setting: Setting) -> Plant | None:
    """A colour that the captions state becomes another: before its noun, or after "is"."""
    places = list(_find_colours(setting)) if setting.false else []
    if not places:
        return None
    turn, start, word, category = setting.rng.choice(places)
    colours = setting.facts.list_false_colours(category)
    if not colours:
        return None
    new = setting.rng.choice(colours)
    new = new.capitalize() if word[0].isupper() else new
    end = start + len(word)
    return planting.splice(setting, "colour", "in place", turn, start, end, new)


def _find_colours(setting: Setting) -> Iterator[tuple[int, int, str, str]]:
    """Turn, start, colour word and category, where captions state that colour of it."""
    stated = setting.facts.colours
    for phrase in list_claimed(tuple(setting.case.texts)):
        if phrase.category not in stated or phrase.plural:
            continue
        text = setting.case.texts[phrase.turn]
        words = [word for word in phrase.words if colour_family(word[0])]
        after = _COLOUR_AFTER.match(text, phrase.end)
        if after and not words:
            words = [(after[1], after.start(1))]
        if len(words) == 1 and colour_family(words[0][0]) in stated[phrase.category]:
            yield phrase.turn, words[0][1], words[0][0], phrase.category


def insert_colour(setting: Setting) -> Plant | None:
    """A false colour before a noun that the captions give another one."""
    stated = setting.facts.colours if setting.false else {}
    phrases = [
        phrase
        for phrase in list_claimed(tuple(setting.case.texts))
        if phrase.category in stated and not phrase.plural and not phrase.article
        if not any(colour_family(word) for word, _ in phrase.words)
    ]
    if not phrases:
        return None
    phrase = setting.rng.choice(phrases)
    colours = setting.facts.list_false_colours(phrase.category)
    if not colours:
        return None
    text = f"{setting.rng.choice(colours)} "
    return planting.splice(
        setting, "colour", "inserted", phrase.turn, phrase.start, phrase.start, text
    )


def replace_side(setting: Setting) -> Plant | None:
    """`left` and `right` change places where the boxes decide."""
    places = [
        (turn, offset + match.start(), match[0])
        for turn in (setting.answers if setting.false else [])
        for clause, offset in planting.list_clauses(setting.case.texts[turn])
        if planting.is_asserted(clause, definite=True) and (match := _find_side(clause, setting))
    ]
    if not places:
        return None
    turn, start, word = setting.rng.choice(places)
    return planting.splice(
        setting, "side", "in place", turn, start, start + len(word), _TURNED[word]
    )


def _find_side(clause: str, setting: Setting) -> re.Match[str] | None:
    """The one side word of a clause that the boxes bear out: of the picture, or of two things."""
    sides = list(re.finditer(r"\b(?:[Ll]eft|[Rr]ight)\b", clause))
    named = [each.category for each in find_named(clause)]
    singles = all(name in setting.facts.singles for name in named)
    if len(sides) != 1 or not singles or not re.search(r"[tT]he $", clause[: sides[0].start()]):
        return None
    side = sides[0][0].lower()
    after = clause[sides[0].end() :]
    relational = re.match(r"(?: side)? of the (?!picture|image|frame|scene|view)", after)
    if not relational and not _SIDE_END.match(after):
        return None
    if relational and len(named) == 2:
        ends = (*named[:1], side, *named[1:])
        return sides[0] if ends in setting.facts.list_relations() else None
    if not relational and len(named) == 1 and setting.facts.find_side(named[0]) == side:
        return sides[0]
    return None


def replace_absence(setting: Setting) -> Plant | None:
    """The absent thing of a true "no …" becomes one that is there."""
    places = [
        (turn, named, offset)
        for turn in setting.answers
        for sentence, offset, _ in planting.list_sentences(setting.case.texts[turn])
        if not re.search(r"\b(?:would|could|should|can)\b", sentence)
        for named in find_named(sentence)
        if named.category not in setting.facts.boxes and _DENIED.search(sentence[: named.start])
    ]
    table = list_categories()
    present = [name for name in setting.facts.plain_to_see if not table[name].loose]
    pool = present if setting.false else list(setting.facts.absent)
    if not places or not pool:
        return None
    turn, named, offset = setting.rng.choice(places)
    row = table[setting.rng.choice(pool)]
    noun = row.plural if named.plural or row.loose else row.noun
    start, end = named.start + offset, named.end + offset
    return planting.splice(setting, "absence", "in place", turn, start, end, noun)


REPLACEMENTS: Mapping[tuple[str, str], Callable[[Setting], Plant | None]] = {
    ("object", "in place"): replace_object,
    ("object", "any mention"): replace_mention,
    ("count", "in place"): replace_count,
    ("side", "in place"): replace_side,
    ("absence", "in place"): replace_absence,
    ("colour", "in place"): replace_colour,
    ("colour", "inserted"): insert_colour,
}
"""What changes a record in place, by family and shape."""
