from collections import Counter
from pathlib import Path
from random import Random

from datagen.context import render_context
from datagen.sources.coco import read_coco
from tests.benchmarks.small_llava import quiz
from tests.benchmarks.small_llava.generating import generate_set
from tests.benchmarks.small_llava.questions import make_questions
from tests.benchmarks.small_llava.recipe import QUICK
from tests.benchmarks.small_llava.scenes import make_scene, write_scenes
from tests.benchmarks.small_llava.training import read_records


def _list_facts(folder: Path, count: int) -> dict[int, tuple[quiz.Fact, ...]]:
    write_scenes(folder, [make_scene(3, id_) for id_ in range(1, count + 1)])
    source = read_coco(folder / "captions.json", folder / "instances.json")
    return {
        int(image.id): quiz.read_facts(render_context(image, "captions+boxes"))
        for image in source.images
    }


def test_facts_are_those_of_the_scene(tmp_path: Path) -> None:
    for id_, facts in _list_facts(tmp_path, 30).items():
        told = {(fact.category, fact.color, fact.count) for fact in facts}
        scene = make_scene(3, id_)
        assert told == {(kind.category, kind.color, len(kind.things)) for kind in scene.kinds}


def test_yes_and_no_are_right_equally_often(tmp_path: Path) -> None:
    known = list(_list_facts(tmp_path, 30).values())
    rng = Random(0)
    for ask in (quiz.ask_presence, quiz.ask_whether_number, quiz.ask_whether_color):
        said: Counter[str] = Counter()
        for _ in range(1000):
            turn = ask(rng.choice(known), rng)
            assert turn is not None
            said[turn.answer.split(",")[0].strip(".")] += 1
        assert set(said) == {"Yes", "No"}
        assert 430 < said["Yes"] < 570


def test_held_out_questions_have_every_answer_equally_often(tmp_path: Path) -> None:
    write_scenes(tmp_path, [make_scene(3, id_) for id_ in range(1, 61)])
    source = read_coco(tmp_path / "captions.json", tmp_path / "instances.json")
    questions = make_questions(source.images, tmp_path / "images", each=12)
    for kind in {question.kind for question in questions}:
        keys = Counter(question.key for question in questions if question.kind == kind)
        assert len(keys) > 1
        assert len(set(keys.values())) == 1


def test_the_tool_writes_all_types_and_rejects_next_to_nothing(tmp_path: Path) -> None:
    dataset = generate_set(tmp_path, seed=3, first=1, scenes=QUICK.scenes, records=QUICK.records)
    records = read_records(dataset)
    assert len(records) > 0.9 * QUICK.records
    assert {record["id"].split("_", 1)[1].rsplit("_", 1)[0] for record in records} == {
        "conversation",
        "detail_description",
        "short_answers",
    }
