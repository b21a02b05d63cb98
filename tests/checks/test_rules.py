import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.rules import PhraseRule, find_triggers, load_rules, parse_rules, select_rules

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
    for word in (*rule.triggers, *rule.also, *rule.content):
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


def compile_trigger(trigger: str) -> re.Pattern[str]:
    is_short = len(trigger) <= 4 and trigger.isascii() and trigger.isalpha()
    before = r"(?<![a-z])" if is_short else ""
    after = r"(?![a-z])" if is_short and len(trigger) <= 2 else ""
    return re.compile(before + re.escape(trigger) + after)


# There are more of them than `re` remembers, and compiling takes longer than one example may.
PATTERNS = {
    trigger: compile_trigger(trigger)
    for rule in load_rules()
    for trigger in (*rule.triggers, *rule.also)
}
STAGES = sorted({rule.stage for rule in load_rules()})


@given(st.lists(st.sampled_from([*TRIGGERS, "the ", "x", " "]), max_size=12).map("".join))
def test_the_rules_with_a_trigger_in_the_text_are_selected_and_no_others(text: str) -> None:
    def holds(trigger: str) -> bool:
        return PATTERNS[trigger].search(text) is not None

    hits = find_triggers(text)
    for stage in STAGES:
        wanted = [
            rule
            for rule in load_rules()
            if rule.stage == stage
            and any(map(holds, rule.triggers))
            and (not rule.also or any(map(holds, rule.also)))
        ]
        assert [rule for rule, _ in select_rules(hits, stage)] == wanted
        assert all(holds(each) for _, triggers in select_rules(hits, stage) for each in triggers)


def select_codes(text: str) -> set[str]:
    return {rule.code for rule, _ in select_rules(find_triggers(text), "language")}


def test_a_trigger_of_few_letters_inside_a_word_selects_no_rule() -> None:
    assert not select_codes("two chairs again in the rain, there and nowhere")
    assert select_codes("as an ai, no") == {"self-talk"}


def test_a_rule_may_want_two_triggers() -> None:
    rule = make_rule("x", also='["y"]')
    assert rule.also == ("y",)
    assert "refusal-phrase" not in select_codes("I see a dog.".lower())
    assert "refusal-phrase" in select_codes("I cannot see a picture.".lower())


def test_a_rule_for_the_start_is_tried_nowhere_else() -> None:
    rule = make_rule("so", at_start="true")
    assert [match[0] for match in rule.find("so, so")] == ["so"]
    assert list(rule.find("and so")) == []
