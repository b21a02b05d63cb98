import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.rules import PhraseRule, load_rules, parse_rules, select_rules

# Escapes and character classes, in which * and + are letters like others.
LITERALS = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]")

RULES = [pytest.param(rule, id=f"{index}-{rule.code}") for index, rule in enumerate(load_rules())]


def make_rule(phrases: str, *, words: str = "", **keys: str) -> PhraseRule:
    settings = "".join(f"{key} = {value}\n" for key, value in keys.items())
    text = f"[words]\n{words}\n[[rules]]\ncode = 'source-named'\nany = ['x']\n{settings}"
    (rule,) = parse_rules(f"{text}phrases = '''\n{phrases}\n'''")
    return rule


@pytest.mark.parametrize("rule", RULES)
def test_no_shipped_phrase_repeats_without_bound(rule: PhraseRule) -> None:
    bare = LITERALS.sub("", rule.pattern.pattern)
    assert not re.search(r"[*+]|\{\d*,\}", bare)


@pytest.mark.parametrize("rule", RULES)
def test_triggers_and_content_words_are_lower_case(rule: PhraseRule) -> None:
    for word in (*rule.triggers, *rule.content):
        assert word == word.lower()


def test_a_blank_matches_a_line_end_and_a_few_blanks() -> None:
    rule = make_rule("the caption")
    assert rule.pattern.search("see the \n caption.")
    assert not rule.pattern.search("the" + " " * 9 + "caption")


def test_a_blank_in_a_character_class_stays_one() -> None:
    assert make_rule("box[- ]es").pattern.search("box es")
    assert not make_rule("box[- ]es").pattern.search("box  es")


def test_words_may_use_words() -> None:
    rule = make_rule("in {source}", words="the = '(?:the|these)'\nsource = '{the} captions'")
    assert rule.pattern.search("In these captions")


def test_phrases_match_whole_words_unless_told_otherwise() -> None:
    assert not make_rule("cap").pattern.search("captain")
    assert make_rule("cap", whole_words="false").pattern.search("captain")


def test_comments_and_empty_lines_are_left_out() -> None:
    assert make_rule("# a comment\n\ncap").pattern.pattern == r"(?<!\w)(?:cap)(?!\w)"


def test_an_unknown_word_list_is_named() -> None:
    with pytest.raises(ValueError, match="sauce"):
        make_rule("in {sauce}")


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-code"):
        list(parse_rules("[[rules]]\ncode = 'no-such-code'\nany = ['x']\nphrases = 'x'"))


TRIGGERS = sorted({trigger for rule in load_rules() for trigger in rule.triggers})


@given(st.lists(st.sampled_from([*TRIGGERS, "the ", "x", " "]), max_size=12).map("".join))
def test_the_rules_with_a_trigger_in_the_text_are_selected_and_no_others(text: str) -> None:
    def holds(trigger: str) -> bool:
        alone = len(trigger) == 2 and trigger.isascii() and trigger.isalpha()
        edges = (r"(?<![a-z])", r"(?![a-z])") if alone else ("", "")
        return re.search(re.escape(trigger).join(edges), text) is not None

    wanted = [rule for rule in load_rules() if any(map(holds, rule.triggers))]
    assert [rule for rule, _ in select_rules(text)] == wanted
    assert all(holds(trigger) for _, triggers in select_rules(text) for trigger in triggers)


def test_a_trigger_of_two_letters_inside_a_word_selects_no_rule() -> None:
    assert not select_rules("two chairs again in the rain")
    assert {rule.code for rule, _ in select_rules("as an ai, no")} == {"self-talk"}
