from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.dialogue import judge_dialogue
from datagen.checks.grounding.evidence import Evidence
from tests.checks.grounding.builders import MarkedReader, make_evidence, plain


def judge(evidence: Evidence, *marked: str) -> list[Claim]:
    texts = [plain(one) for one in marked]
    return judge_dialogue(texts, evidence, MarkedReader(*marked))


def rules(evidence: Evidence, *marked: str) -> list[str]:
    claims = judge(evidence, *marked)
    return [f"{one.turn} {one.rule}" for one in claims if one.verdict == "contradicted"]


DOG = make_evidence("dog 2")


def test_messages_without_text_are_passed_over() -> None:
    assert judge_dialogue([None, ""], DOG, MarkedReader()) == []


def test_the_image_token_is_no_word_and_moves_no_offset() -> None:
    question = "<image>\nWhere is {the #cat}?"
    reader = MarkedReader(question.replace("<image>", " " * 7))
    (claim,) = judge_dialogue([plain(question), "Here."], DOG, reader)
    assert plain(question)[claim.start : claim.end] == "cat"


def test_a_false_premise_is_reported_at_the_question() -> None:
    assert rules(DOG, "What colour is {the #cat}?", "Grey.") == ["0 false-premise"]


def test_a_false_premise_that_the_answer_sets_right_is_none() -> None:
    assert rules(DOG, "What colour is {the #cat}?", "There is {no #cat} here.") == []
    assert rules(DOG, "What colour is {the #cat}?", "I don't see one.") == []


def test_no_denies_what_a_question_of_existence_asks_for() -> None:
    (claim,) = judge(DOG, "Is there {a #dog} in the picture?", "No.")
    assert (claim.turn, claim.start, claim.end) == (1, 0, 2)
    assert (claim.verdict, claim.rule) == ("contradicted", "false-absence")
    assert rules(DOG, "Is there {a #dog} on the roof?", "No.") == []
    assert rules(DOG, "Is there {a #cat}?", "No.") == []


def test_yes_claims_what_a_question_of_existence_asks_for() -> None:
    assert rules(DOG, "Do you see {any #cats}?", "Yes, near the door.") == ["1 absent-object"]
    assert rules(DOG, "Do you see {any #dogs}?", "Yes.") == []


def test_no_denies_for_a_place_only_what_a_caption_has_there() -> None:
    told = make_evidence("dog 2", "{A #dog} and {a #cat} in a kitchen.")
    for asked in ("Is there {a #dog} in the kitchen?", "Does the kitchen have {a #dog}?"):
        assert rules(told, asked, "No.") == ["1 false-absence"]
        assert rules(DOG, asked, "No.") == []


def test_a_denial_may_repeat_the_verb_of_the_question() -> None:
    for answer in ("There isn't.", "No, there isn't.", "There isn't a single one."):
        assert rules(DOG, "Is there {a #dog}?", answer) == ["1 false-absence"]
    assert rules(DOG, "Is there {a #dog}?", "There isn't much to see.") == []
    assert rules(DOG, "How many {#dogs} are there?", "There are none.") == ["1 false-absence"]


def test_yes_confirms_a_number_and_what_somebody_holds() -> None:
    assert rules(DOG, "Are there {five #dogs}?", "Yes.") == ["1 too-many"]
    assert rules(DOG, "Are there {two #dogs}?", "Yes.") == []
    assert rules(DOG, "Is {the #dog} watching {a #cat}?", "Yes, it is.") == ["1 absent-object"]
    assert rules(DOG, "Is {the #dog} watching {a #cat}?", "No.") == []
    assert rules(DOG, "Is {the #dog} afraid of {a #cat}?", "Yes.") == []


def test_no_to_another_question_denies_nothing() -> None:
    assert rules(DOG, "Is {the #dog} asleep?", "No.") == []
    assert rules(DOG, "Is there {a #dog}?", "No idea.") == []


def test_a_number_alone_counts_what_the_question_counts() -> None:
    assert rules(DOG, "How many {#dogs} are there?", "Two.") == []
    assert rules(DOG, "How many {#dogs} are there?", "There are five.") == ["1 too-many"]
    assert rules(DOG, "How many {#dogs} are there?", "Just one.") == ["1 too-few"]
    assert rules(DOG, "How many {#dogs} are barking?", "One.") == []
    assert rules(DOG, "How many legs do {the #dogs} have?", "Eight.") == []
    assert rules(DOG, "How many {#dogs} are there?", "None.") == ["1 false-absence"]


def test_a_number_and_its_parts_must_agree() -> None:
    people = make_evidence("person 5")
    question = "How many {#people} are there?"
    assert rules(people, question, "Five: {two #men} and {a #woman}.") == ["1 breakdown"]
    assert rules(people, question, "Five: {two #men} and {three #women}.") == []


def test_what_was_introduced_may_be_pointed_back_to() -> None:
    told = "{A #cat|hedged} may pass. {The #cat|hedged} may be grey."
    assert rules(DOG, "Why?", told) == []
    assert rules(DOG, "Why?", "{The #cat|hedged} may be grey.") == ["1 absent-object"]
