import pytest

from datagen.checks.grounding.breeds import find_breed, judge_breeds, load_breeds
from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Passage, gather_evidence
from datagen.checks.grounding.lexicon import load_lexicon
from datagen.checks.grounding.reader import LexiconReader
from datagen.records import AnnotatedImage, Box

READER = LexiconReader()


def judge(answer: str, *captions: str, boxes: int = 1) -> list[Claim]:
    box = Box("dog", (0.1, 0.1, 0.5, 0.5))
    evidence = gather_evidence(AnnotatedImage("1", "1.jpg", captions, (box,) * boxes), READER)
    passage = Passage(answer, 1, evidence)
    return [claim for one in READER.read(answer) for claim in judge_breeds(one, passage)]


def test_another_breed_than_the_captions_say_is_a_heavy_doubt() -> None:
    (claim,) = judge("The dog is a greyhound.", "A husky lies on the snow.", "A dog outside.")
    assert (claim.family, claim.verdict, claim.rule) == ("noun", "unsupported", "noun-rival")
    assert (claim.subject, claim.start, claim.end) == ("greyhound", 13, 22)


@pytest.mark.parametrize(
    ("answer", "caption", "reason"),
    [
        ("The dog is a siberian husky.", "A husky lies there.", "the same breed in more words"),
        ("The dog is a labrador.", "A golden retriever lies there.", "names of one breed"),
        ("The dog is a puppy.", "A husky lies there.", "an age is no breed"),
        ("The dog is a greyhound.", "A dog lies there.", "no caption names a breed"),
        ("The dog may be a greyhound.", "A husky lies there.", "hedged"),
        ("The dog is no greyhound.", "A husky lies there.", "denied"),
        ("The dog is a greyhound.", "Two huskies lie there.", "there may be another dog"),
    ],
)
def test_what_may_be_the_same_animal_is_passed_over(answer: str, caption: str, reason: str) -> None:
    assert judge(answer, caption) == [], reason


def test_several_boxes_may_be_several_breeds() -> None:
    assert judge("A greyhound runs.", "A husky lies there.", boxes=2) == []


def test_a_question_claims_no_breed() -> None:
    evidence = gather_evidence(AnnotatedImage("1", "1.jpg", ("A husky.",), ()), READER)
    (sentence,) = READER.read("The greyhound sleeps.")
    assert list(judge_breeds(sentence, Passage("", 0, evidence, is_question=True))) == []


def test_only_kinds_of_the_lexicon_have_breeds() -> None:
    ((mention,),) = ([*one.mentions] for one in READER.read("A dog sleeps."))
    assert find_breed(mention) == ""


def test_every_name_is_a_kind_of_its_category_in_the_lexicon() -> None:
    forms = load_lexicon().forms
    for category, breeds in load_breeds().items():
        for name in breeds:
            form = forms.get(name)
            assert form is not None, name
            assert form.term is not None, name
            assert (form.term.kind, form.term.classes) == ("kind", (category,)), name
