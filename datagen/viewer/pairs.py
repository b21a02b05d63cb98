"""Inspector, export: choices and edits of reviewers -> preference pairs for TRL's DPO trainer.

One JSON line a pair, in TRL's preference type, conversational format, with explicit prompt, and as
its vision trainers want it: a column `images` (a list), and the content of every message a list of
parts, `{"type": "image"}` or `{"type": "text", "text": …}`; the picture's part stands in the prompt
only. Source: TRL's documentation, pages "Dataset formats and types" (Preference; Vision datasets)
and "DPO Trainer" (Training Vision Language Models), and what its `DataCollatorForVisionPreference`
takes: `images`, `prompt`, `chosen`, `rejected`. `images` holds paths relative to the picture
folder, so a small module is written beside the file that puts the folder before them and lets
`datasets` decode them.

Both texts of a pair answer the same question, for DPO compares answers to one prompt. So two
dialogues give a pair from the first answer on in which they differ, up to where their questions
part; dialogues whose questions differ before any answer does give none.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from datagen.config import RunSettings
from datagen.errors import ReviewError
from datagen.formats.files import open_atomic, write_jsonl
from datagen.pipeline.ruling import make_ruling
from datagen.records import Turn
from datagen.store import ReviewState, ReviewStore
from datagen.viewer.candidates import CandidateReader

SAME = "both texts are the same"
APART = "the questions differ"
REJECTED = "the record was rejected"
NO_ORIGINAL = "the reply could not be read"


class Contrast(NamedTuple):
    """Two ways to go on after the same beginning, each a list of texts, question and answer in turn."""

    prompt: tuple[str, ...]
    chosen: tuple[str, ...]
    rejected: tuple[str, ...]


def contrast(better: Sequence[Turn], worse: Sequence[Turn]) -> Contrast | str:
    """Where two dialogues part, or why they give no pair.

    >>> better, worse = [Turn("Who?", "A cook."), Turn("Where?", "Here.")], [Turn("Who?", "A man.")]
    >>> contrast(better, worse)
    Contrast(prompt=('Who?',), chosen=('A cook.',), rejected=('A man.',))
    """
    pairs = list(zip(better, worse, strict=False))
    asked = next((n for n, (a, b) in enumerate(pairs) if a.question != b.question), len(pairs))
    differing = [n for n in range(asked) if pairs[n][0].answer != pairs[n][1].answer]
    if not differing:
        return SAME if list(better) == list(worse) else APART
    first, end = differing[0], differing[-1] + 1
    texts = [_list_texts(turns[:end]) for turns in (better, worse)]
    start = 2 * first + 1
    return Contrast(texts[0][:start], texts[0][start:], texts[1][start:])


def _list_texts(turns: Sequence[Turn]) -> tuple[str, ...]:
    return tuple(text for turn in turns for text in (turn.question, turn.answer))


def make_row(
    record: str, image: str, image_first: bool, source: str, pair: Contrast
) -> dict[str, Any]:
    """One line of the file."""
    prompt = [_make_message(n, text) for n, text in enumerate(pair.prompt)]
    place = 0 if image_first else len(prompt[0]["content"])
    prompt[0]["content"].insert(place, {"type": "image"})
    return {
        "id": record,
        "source": source,
        "images": [image],
        "prompt": prompt,
        "chosen": [_make_message(n, text) for n, text in enumerate(pair.chosen, 1)],
        "rejected": [_make_message(n, text) for n, text in enumerate(pair.rejected, 1)],
    }


def _make_message(place: int, text: str) -> dict[str, Any]:
    role = "assistant" if place % 2 else "user"
    return {"role": role, "content": [{"type": "text", "text": text}]}


def list_pairs(
    store: ReviewStore, reader: CandidateReader, left_out: Counter[str]
) -> Iterator[dict[str, Any]]:
    """The lines of the file, by record id; edits before choices.

    Args:
        store: the reviews of the run.
        reader: its candidates.
        left_out: counts what gave no pair, by the reason.
    """
    for record, state in store.read_states().items():
        for source, better, worse in _list_judgements(record, state, reader):
            image, image_first = reader.find_image(record)
            pair = contrast(better, worse) if better and worse else NO_ORIGINAL
            if state.decision == "rejected":
                pair = REJECTED
            if isinstance(pair, str):
                left_out[pair] += 1
            else:
                yield make_row(record, image, image_first, source, pair)


def _list_judgements(
    record: str, state: ReviewState, reader: CandidateReader
) -> Iterator[tuple[str, Sequence[Turn], Sequence[Turn]]]:
    """What is better than what: the edit than what it replaces, the choice than every other."""
    ruling = make_ruling(state)
    if ruling.turns is not None:
        yield "edit", ruling.turns, reader.read_original(record, ruling.choice)
    if ruling.choice is not None:
        turns = {each.key: each.turns for each in reader.read(record)}
        chosen = turns.pop(ruling.choice, ())
        for other in dict.fromkeys(turns.values()):
            yield "choice", chosen, other


def export_pairs(folder: Path, settings: RunSettings, out: Path) -> tuple[int, Counter[str]]:
    """Write the pairs of a run, and beside them the module that loads them.

    Returns:
        How many pairs there are, and how many judgements gave none, by the reason.

    Raises:
        ReviewError: nobody chose or edited anything.
        DatagenError: the run or its reviews cannot be read, a file cannot be written.
    """
    left_out: Counter[str] = Counter()
    count = 0
    with ReviewStore(folder) as store:
        if not any(
            state.edited is not None or state.choice for state in store.read_states().values()
        ):
            raise ReviewError(f"{folder}: nobody has edited a record or chosen a candidate yet")
        reader = CandidateReader(folder, settings)
        with write_jsonl(out) as write:
            for row in list_pairs(store, reader, left_out):
                write(row)
                count += 1
    with open_atomic(name_loader(out)) as file:
        file.write(_LOADER.format(name=out.name))
    return count, left_out


def name_loader(out: Path) -> Path:
    """The module beside a file of pairs.

    >>> name_loader(Path("pairs.jsonl")).name
    'load_pairs.py'
    """
    return out.with_name(f"load_{out.stem}.py")


_LOADER = '''\
"""Loads {name}, preference pairs with pictures, for TRL's DPOTrainer; needs `datasets`.

    from trl import DPOConfig, DPOTrainer
    dataset = load_pairs("train2017")  # the folder of the pictures
    # Without a limit no image token is cut off.
    trainer = DPOTrainer(model=..., args=DPOConfig(max_length=None), train_dataset=dataset)
"""

from pathlib import Path

from datasets import Dataset, Image, Sequence, load_dataset


def load_pairs(pictures: str) -> Dataset:
    """The pairs, their pictures opened from this folder when they are needed."""
    file = Path(__file__).with_name("{name}")
    pairs = load_dataset("json", data_files=str(file), split="train")

    def find(pair: dict) -> dict:
        return {{"images": [str(Path(pictures, name)) for name in pair["images"]]}}

    return pairs.map(find).cast_column("images", Sequence(Image()))
'''
