import copy

from datagen.checks.checker import Layer
from tests.audit.corpus import DATA, Case, Record, read_samples, read_written
from tests.audit.flags import GROUNDING, find_flags, judge_claims

LAYERS: tuple[Layer, ...] = ("off", "lexicon", "spacy")


def _read() -> Case:
    return next(iter(read_written(DATA / "clean_samples.jsonl", read_samples())))


def _say(case: Case, sentence: str) -> Record:
    record = copy.deepcopy(case.record)
    record["conversations"][-1]["value"] += f" {sentence}"
    return record


def test_a_clean_record_raises_no_flag() -> None:
    case = _read()
    assert find_flags(case.record, case.image, case.response_type) == []


def test_a_leak_raises_a_flag_that_is_not_groundings() -> None:
    case = _read()
    flags = find_flags(_say(case, "The caption says so."), case.image, case.response_type)
    assert flags
    assert not any(flag.startswith(GROUNDING) for flag in flags)


def test_an_absent_object_raises_a_flag_of_grounding() -> None:
    case = _read()
    record = _say(case, "There is also a zebra in the kitchen.")
    assert f"{GROUNDING}absent-object" in find_flags(record, case.image, case.response_type)
    assert any(claim.verdict == "contradicted" for claim in judge_claims(record, case.image))


def test_the_layer_decides_who_reads() -> None:
    case = _read()
    record = _say(case, "It is surely a weekday, perhaps, and one notices a zebra close by.")
    claims = {layer: judge_claims(record, case.image, layer) for layer in LAYERS}
    said = {
        layer: [claim.subject for claim in found if claim.verdict == "contradicted"]
        for layer, found in claims.items()
    }
    assert said == {"off": [], "lexicon": [], "spacy": ["zebra"]}


def test_a_record_that_is_no_record_is_flagged_all_the_same() -> None:
    assert find_flags({"id": "1"}, _read().image, "conversation")
