"""The offline writer's replies are true: each claim is checked against boxes and captions here.

The checks read the finished text with their own few patterns and know nothing of how it was made.
Scenes are drawn at random from invented parts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

import pytest

from datagen.llm.offline import write_reply
from datagen.records import Message

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
NAMES = {
    # category: one, several
    "person": ("person", "people"),
    "dog": ("dog", "dogs"),
    "cat": ("cat", "cats"),
    "horse": ("horse", "horses"),
    "car": ("car", "cars"),
    "bus": ("bus", "buses"),
    "bicycle": ("bicycle", "bicycles"),
    "bench": ("bench", "benches"),
    "chair": ("chair", "chairs"),
    "couch": ("couch", "couches"),
    "dining table": ("table", "tables"),
    "cup": ("cup", "cups"),
    "knife": ("knife", "knives"),
    "bowl": ("bowl", "bowls"),
    "pizza": ("pizza", "pizzas"),
    "banana": ("banana", "bananas"),
    "laptop": ("laptop", "laptops"),
    "tv": ("TV", "TVs"),
    "boat": ("boat", "boats"),
    "kite": ("kite", "kites"),
    "umbrella": ("umbrella", "umbrellas"),
    "toilet": ("toilet", "toilets"),
    "vase": ("vase", "vases"),
    "traffic light": ("traffic light", "traffic lights"),
}
CAPTIONS = {
    "person": [
        "A {old} woman in a green coat is reading a letter.",
        "A man leaning against a wall.",
    ],
    "dog": ["A brown dog lying on a mat.", "A {old} dog with a red collar."],
    "cat": ["A gray cat sits on a window sill.", "A cat stretching in the sun."],
    "horse": ["A white horse behind a wooden fence.", "Two horses grazing in a meadow."],
    "car": ["A blue car parked near a gate.", "Several cars on a wet street."],
    "bus": ["A yellow bus stops at a corner.", "A bus driving down a street."],
    "bicycle": ["A bicycle leaning on a lamp post."],
    "couch": ["A room with a purple couch and a lamp."],
    "dining table": ["A table set for a meal.", "Three cups on a wooden table."],
    "pizza": ["A large pizza with olives on a board."],
    "laptop": ["An open laptop on a tidy desk."],
    "boat": ["A small boat floating near a pier.", "Four boats in a calm bay."],
    "kite": ["A kite flying high above a beach."],
    "toilet": ["A tiled bathroom with a toilet."],
}
PLAIN = [
    "A quiet corner in the morning.",
    "An everyday scene on a sunny day.",
    "A view of a small place.",
]
EXAMPLES = {
    "pairs": "Question:\nWho?\n===\nAnswer:\nA cook.\n===\nQuestion:\nWhere?\n===\nAnswer:\nHere.",
    "pair": "Question:\nWhy?\n===\nAnswer:\nBecause.",
    "text": "A long description.",
}
LEAK = re.compile(
    r"\b(captions?|bounding|coordinates?|annotat\w+|category|instances?|dataset|as described)\b|\d\.\d|[\[\]]",
    re.IGNORECASE,
)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Invented:
    """A scene and what was written of it."""

    captions: list[str]
    boxes: dict[str, list[Box]]
    layout: str
    seed: int

    @property
    def context(self) -> str:
        lines = [f"{name}: {list(box)}" for name, boxes in self.boxes.items() for box in boxes]
        return "\n".join(self.captions) + "\n\n" + "\n".join(lines)

    @cached_property
    def reply(self) -> str:
        messages = [
            Message("system", "Look at the picture."),
            Message("user", "A cup.\n\ncup: [0.1, 0.1, 0.2, 0.2]"),
            Message("assistant", EXAMPLES[self.layout]),
            Message("user", self.context),
        ]
        return write_reply(messages, seed=self.seed)


def draw_box(rng: Random) -> Box:
    x, y = rng.uniform(0, 0.8), rng.uniform(0, 0.8)
    width, height = rng.uniform(0.03, 1 - x) / 2, rng.uniform(0.03, 1 - y)
    return (round(x, 3), round(y, 3), round(x + width, 3), round(y + height, 3))


def invent(seed: int, layout: str) -> Invented:
    rng = Random(seed)
    names = rng.sample(sorted(NAMES), rng.randint(0, 6))
    boxes = {
        name: [draw_box(rng) for _ in range(rng.choice((1, 1, 1, 2, 3, 14)))] for name in names
    }
    told = [rng.choice(CAPTIONS[name]) for name in names if name in CAPTIONS]
    captions = [line.format(old=rng.choice(("young", "big"))) for line in told]
    captions += rng.sample(PLAIN, rng.randint(0, 2))
    rng.shuffle(captions)
    return Invented(captions, boxes, layout, seed)


def invent_all() -> Iterator[Invented]:
    for layout in EXAMPLES:
        for seed in range(150):
            yield invent(seed, layout)


SCENES = list(invent_all())


def find_center(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def complain(scene: Invented, claim: str) -> str:
    return f"{claim!r} in\n{scene.context}\n->\n{scene.reply}"


def test_every_number_holds() -> None:
    checked = 0
    for scene in SCENES:
        told = " ".join(scene.captions).lower()
        for name, boxes in scene.boxes.items():
            several = NAMES[name][1]
            pattern = rf"\b(at least |more than a )?({'|'.join(NUMBERS)}|dozen) {several}\b"
            for match in re.finditer(pattern, scene.reply, re.IGNORECASE):
                if match.group().lower() in told:
                    continue
                checked += 1
                word = match.group(2).lower()
                number = 13 if word == "dozen" else NUMBERS.index(word) + 1
                holds = len(boxes) >= number if match.group(1) else len(boxes) == number
                assert holds, complain(scene, match.group())
    assert checked > 100


def test_every_left_and_right_holds() -> None:
    checked = 0
    for scene in SCENES:
        single = {
            NAMES[name][0]: boxes[0] for name, boxes in scene.boxes.items() if len(boxes) == 1
        }
        names = "|".join(sorted(single, key=len, reverse=True)) or "nothing"
        for match in re.finditer(
            rf"[Tt]he ({names}) is to the (left|right) of the ({names})\b", scene.reply
        ):
            checked += 1
            one, other = find_center(single[match[1]])[0], find_center(single[match[3]])[0]
            assert (one < other) == (match[2] == "left"), complain(scene, match.group())
        for match in re.finditer(
            rf"To the (left|right) of the ({names}) is the ({names})\b", scene.reply
        ):
            checked += 1
            one, other = find_center(single[match[3]])[0], find_center(single[match[2]])[0]
            assert (one < other) == (match[1] == "left"), complain(scene, match.group())
    assert checked > 20


def test_every_side_of_the_picture_holds() -> None:
    checked = 0
    sides = r"(?:on the|toward the|on the (?:left|right) side)"
    for scene in SCENES:
        for name, boxes in scene.boxes.items():
            pattern = rf"\b(?:A|An|The) {NAMES[name][0]} (?:is|can be seen) {sides} ?(left|right)\b"
            for match in re.finditer(pattern, scene.reply):
                checked += 1
                x, _ = find_center(boxes[0])
                assert (x < 0.5) == (match[1] == "left"), complain(scene, match.group())
    assert checked > 20


def test_the_largest_thing_is_the_largest() -> None:
    checked = 0
    for scene in SCENES:
        match = re.search(
            r"[Tt]he ([\w ]+?) (?:takes up more of|takes up the most|looks the largest)",
            scene.reply,
        )
        if match is None:
            continue
        checked += 1
        areas = {
            NAMES[name][0]: max((box[2] - box[0]) * (box[3] - box[1]) for box in boxes)
            for name, boxes in scene.boxes.items()
        }
        people = {"woman": "person", "man": "person"}
        named = people.get(match[1], match[1])
        assert areas[named] == max(areas.values()), complain(scene, match.group())
    assert checked > 5


def test_nothing_is_denied_that_is_there() -> None:
    checked = 0
    for scene in SCENES:
        for match in re.finditer(
            r"there is no ([\w ]+?)(?: in the picture| to be seen)", scene.reply
        ):
            checked += 1
            categories = [name for name, (one, _) in NAMES.items() if one == match[1]]
            assert not set(categories) & scene.boxes.keys(), complain(scene, match.group())
            assert match[1] not in " ".join(scene.captions).lower(), complain(scene, match.group())
        if re.search(r"[Nn]o people (?:can be seen|are)|There are no people", scene.reply):
            checked += 1
            assert "person" not in scene.boxes
            assert not re.search(r"\b(man|woman|boy|girl)\b", " ".join(scene.captions))
    assert checked > 20


def test_no_object_is_invented() -> None:
    words = {name: {one.lower(), several.lower()} for name, (one, several) in NAMES.items()}
    for scene in SCENES:
        told = set(re.findall(r"[a-z]+", " ".join(scene.captions).lower()))
        sentences = re.split(r"(?<=[.?!])\s", scene.reply)
        asserted = " ".join(
            line for line in sentences if not re.search(r"\bno\b|cannot|\?$", line, re.IGNORECASE)
        )
        said = asserted.lower()
        for name in words.keys() - scene.boxes.keys() - {"person"}:
            for word in words[name]:
                if re.search(rf"\b{word}\b", said):
                    assert told & set(word.split()), complain(scene, word)


def test_no_source_is_named() -> None:
    for scene in SCENES:
        assert not LEAK.search(scene.reply), complain(scene, "leak")


def test_a_color_is_told_of_the_thing_that_has_it() -> None:
    for scene in SCENES:
        told = " ".join(scene.captions).lower()
        for match in re.finditer(
            r"[Tt]he (\w+) (?:is|are) (red|brown|gray|white|blue|yellow|purple|green)\.",
            scene.reply,
        ):
            assert f"{match[2]} {match[1]}" in told, complain(scene, match.group())


@pytest.mark.parametrize("layout", EXAMPLES)
def test_captions_without_boxes_give_no_numbers_but_theirs(layout: str) -> None:
    for seed in range(60):
        captions = invent(seed, layout).captions
        text = "\n".join(captions)
        messages = [
            Message("user", "A cup."),
            Message("assistant", EXAMPLES[layout]),
            Message("user", text),
        ]
        reply = write_reply(messages, seed=seed)
        for match in re.finditer(rf"\b({'|'.join(NUMBERS[1:])}) (\w+)", reply.lower()):
            assert match[1] in text.lower(), f"{match.group()} in {text} -> {reply}"
        assert "there is no " not in reply.lower()
        assert "no people" not in reply.lower()
