import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import SettingsError
from datagen.records import Turn
from datagen.spotcheck.models import AnswerScore, OwnAnswer, Unseen, VisionModel
from datagen.spotcheck.models.batches import NO_MEMORY
from datagen.spotcheck.models.llava import Llava, load_llava
from datagen.spotcheck.subjects import Dialogue
from tests.spotcheck.checkpoints import save_llava
from tests.spotcheck.models.conftest import load_image

TURNS = (
    Turn("What is the man doing?", "The man is riding a wave."),
    Turn("Is there a dog?", "No, there is no dog in the sea."),
    Turn("How many people are there?", "Two."),
)
NEAR = 2e-5  # of float32 through two layers


def load(folder: Path, batch_size: int = 4) -> Llava:
    return load_llava(str(folder), device="cpu", batch_size=batch_size)


def make_dialogues(pictures: Sequence[Path]) -> list[Dialogue]:
    """Dialogues of one to three turns with every picture and the blank one, in both layouts."""
    shown = (*pictures, None)
    return [
        Dialogue(TURNS[:turns], picture, image_first)
        for picture in shown
        for turns, image_first in ((1, True), (3, False), (2, True))
    ]


def demand_scores(result: tuple[AnswerScore, ...] | Unseen) -> tuple[AnswerScore, ...]:
    assert not isinstance(result, Unseen), result.problem
    return result


def score(model: VisionModel, dialogues: Sequence[Dialogue]) -> list[list[float]]:
    """Log probabilities of all answers' tokens, a list for each dialogue."""
    found = dict(model.score(dialogues))
    assert sorted(found) == list(range(len(dialogues)))
    return [
        [logprob for answer in demand_scores(found[at]) for logprob in answer.logprobs]
        for at in range(len(dialogues))
    ]


def answer(model: VisionModel, dialogues: Sequence[Dialogue], max_tokens: int = 6) -> list[Any]:
    found = dict(model.answer(dialogues, max_tokens=max_tokens))
    return [found[at] for at in range(len(dialogues))]


def score_naively(folder: Path, text: str, answers: Sequence[str], picture: Path) -> list[float]:
    """The same by transformers' own processor and whole forward pass, with a plain softmax.

    The tokens of an answer are those by which the text up to its end is longer than the text
    before it; with a tokenizer that cuts at blanks this is exact.
    """
    import torch
    import transformers

    processor = transformers.AutoProcessor.from_pretrained(folder, backend="pil")
    kind = "LlavaNext" if "next" in str(folder) else "Llava"
    model = getattr(transformers, f"{kind}ForConditionalGeneration").from_pretrained(folder)
    image = load_image(picture)
    found: list[float] = []
    with torch.no_grad():
        inputs = processor(images=image, text=text, return_tensors="pt")
        logprobs = model(**inputs).logits[0].softmax(-1).log()
        at = 0
        for said in answers:
            at = text.index(f" {said}", at)
            first, last = (
                len(processor(images=image, text=text[:end])["input_ids"][0])
                for end in (at, at + 1 + len(said))
            )
            for place in range(first, last):
                found.append(float(logprobs[place - 1, inputs["input_ids"][0, place]]))
            at += 1 + len(said)
    return found


def test_scores_are_those_of_a_plain_pass_with_a_chat_template(
    llava_folder: Path, llava: Llava, pictures: list[Path]
) -> None:
    text = (
        "USER: <image>\nWhat is the man doing? ASSISTANT: The man is riding a wave. "
        "USER: Is there a dog? ASSISTANT: No, there is no dog in the sea. "
    )
    for picture in pictures:
        wanted = score_naively(llava_folder, text, [turn.answer for turn in TURNS[:2]], picture)
        [found] = score(llava, [Dialogue(TURNS[:2], picture)])
        assert found == pytest.approx(wanted, abs=NEAR)


def test_scores_are_those_of_a_plain_pass_in_llavas_own_layout(
    plain_folder: Path, pictures: list[Path]
) -> None:
    text = (
        "USER: What is the man doing?\n<image> ASSISTANT: The man is riding a wave.</s>"
        "USER: Is there a dog? ASSISTANT: No, there is no dog in the sea.</s>"
    )
    model = load(plain_folder)
    wanted = score_naively(plain_folder, text, [turn.answer for turn in TURNS[:2]], pictures[0])
    [found] = score(model, [Dialogue(TURNS[:2], pictures[0], image_first=False)])
    assert found == pytest.approx(wanted, abs=NEAR)


def test_scores_are_those_of_a_plain_pass_for_llava_next(
    next_folder: Path, pictures: list[Path]
) -> None:
    text = "USER: <image>\nWhat is the man doing? ASSISTANT: The man is riding a wave. "
    model = load(next_folder)
    for picture in pictures:
        wanted = score_naively(next_folder, text, [TURNS[0].answer], picture)
        [found] = score(model, [Dialogue(TURNS[:1], picture)])
        assert found == pytest.approx(wanted, abs=NEAR)


def test_batches_give_what_single_dialogues_give(any_folder: Path, pictures: list[Path]) -> None:
    dialogues = make_dialogues(pictures)
    batched, single = load(any_folder, 4), load(any_folder, 1)
    for many, one in zip(score(batched, dialogues), score(single, dialogues), strict=True):
        assert many == pytest.approx(one, abs=NEAR)
    asked = answer(batched, dialogues), answer(single, dialogues)
    for many, one in zip(*asked, strict=True):
        assert many.text == one.text
        assert many.yes == pytest.approx(one.yes, abs=NEAR)


def test_the_order_of_dialogues_does_not_matter(llava: Llava, pictures: list[Path]) -> None:
    dialogues = make_dialogues(pictures)
    order = list(range(len(dialogues)))
    random.Random(3).shuffle(order)
    straight = score(llava, dialogues)
    shuffled = score(llava, [dialogues[at] for at in order])
    for place, at in enumerate(order):
        assert shuffled[place] == pytest.approx(straight[at], abs=NEAR)


def test_offsets_cut_the_answers_into_their_tokens(any_folder: Path, pictures: list[Path]) -> None:
    said = ("The bus is red.", "dog", "Two men, naïve: 你好 🐕!", "The bus is red.")
    turns = tuple(Turn("The bus is red. dog", text) for text in said)
    [(_, found)] = load(any_folder).score([Dialogue(turns, pictures[0])])
    for text, answered in zip(said, demand_scores(found), strict=True):
        assert len(answered.starts) == len(answered.ends) == len(answered.logprobs) > 0
        covered = {
            at for span in zip(answered.starts, answered.ends, strict=True) for at in range(*span)
        }
        assert covered >= {at for at, char in enumerate(text) if char != " "}
        assert max(answered.ends) == len(text)
        assert list(answered.starts) == sorted(answered.starts)
        assert all(-100 <= logprob <= 0 for logprob in answered.logprobs)


def test_an_answer_without_text_has_no_tokens(llava: Llava, pictures: list[Path]) -> None:
    empty = Dialogue((Turn("What?", ""),), pictures[0])
    assert dict(llava.score([empty])) == {0: (AnswerScore((), (), ()),)}


def test_the_picture_changes_what_is_likely(any_folder: Path, pictures: list[Path]) -> None:
    seen = [Dialogue(TURNS[:1], picture) for picture in (pictures[0], pictures[1], None)]
    right, other, blank = score(load(any_folder), seen)
    assert right != pytest.approx(other, abs=100 * NEAR)
    assert right != pytest.approx(blank, abs=100 * NEAR)


def test_the_place_of_the_picture_changes_what_is_likely(
    any_folder: Path, pictures: list[Path]
) -> None:
    first, last = (Dialogue(TURNS[:1], pictures[0], is_first) for is_first in (True, False))
    before, behind = score(load(any_folder), [first, last])
    assert before != pytest.approx(behind, abs=100 * NEAR)


def test_image_in_a_turns_text_is_no_picture(any_folder: Path, pictures: list[Path]) -> None:
    turn = Turn("Is <image> a word? <image>", "Yes, <image> is, </s> too.")
    [(_, found)] = load(any_folder).score([Dialogue((turn,), pictures[0])])
    [scored] = demand_scores(found)
    assert max(scored.ends) == len(turn.answer)
    assert len(scored.logprobs) > len(turn.answer.split())


def test_half_a_surrogate_pair_is_read_as_an_unknown_character(
    llava: Llava, pictures: list[Path]
) -> None:
    turn = Turn("What \ud83d?", "A \udc15.")
    [(_, found)] = llava.score([Dialogue((turn,), pictures[0])])
    assert demand_scores(found)[0].ends[-1] == len(turn.answer)


def test_own_answers_are_those_of_transformers(
    llava_folder: Path, llava: Llava, pictures: list[Path]
) -> None:
    import torch
    import transformers

    processor = transformers.AutoProcessor.from_pretrained(llava_folder, backend="pil")
    model = transformers.LlavaForConditionalGeneration.from_pretrained(llava_folder)
    text = "USER: <image>\nIs there a dog? ASSISTANT:"
    inputs = processor(images=load_image(pictures[2]), text=text, return_tensors="pt")
    with torch.no_grad():
        made = model.generate(**inputs, max_new_tokens=6, do_sample=False)
        first = model(**inputs).logits[0, -1].softmax(-1)
    vocabulary = processor.tokenizer.get_vocab()
    yes, no = (
        sum(float(first[at]) for token, at in vocabulary.items() if token.lower() in words)
        for words in ({"yes", "ġyes"}, {"no", "ġno"})
    )
    [found] = answer(llava, [Dialogue((Turn("Is there a dog?", "never read"),), pictures[2])])
    length = inputs["input_ids"].shape[1]
    wanted = processor.tokenizer.decode(made[0, length:], skip_special_tokens=True).strip()
    assert found.text == wanted
    assert found.yes == pytest.approx(yes / (yes + no), abs=NEAR)


def test_an_answer_stops_at_the_end_token(tmp_path: Path, pictures: list[Path]) -> None:
    import torch

    model = load(save_llava(tmp_path / "llava"))
    head = model._model.get_output_embeddings()
    with torch.no_grad():  # whatever is seen, the end is likeliest
        head.weight[model._tokenizer.eos_token_id] = 1e3 * head.weight.abs().sum(0)
        model._model.model.language_model.norm.weight.fill_(1e-3)
        states = model._model.model.language_model.norm
        states.register_forward_hook(lambda _module, _inputs, found: found.abs())
    [found] = answer(model, [Dialogue(TURNS[:1], pictures[0])], max_tokens=50)
    assert found.text == ""


def test_what_a_model_holds_for_impossible_counts_as_minus_100(
    tmp_path: Path, pictures: list[Path]
) -> None:
    import torch

    model = load(save_llava(tmp_path / "llava"))
    with torch.no_grad():
        model._model.get_output_embeddings().weight.mul_(1e4)
    [found] = score(model, [Dialogue(TURNS[:1], pictures[0])])
    assert min(found) == -100.0


def test_no_numbers_are_an_error_with_a_way_out(tmp_path: Path, pictures: list[Path]) -> None:
    import torch

    model = load(save_llava(tmp_path / "llava"))
    with torch.no_grad():
        model._model.get_output_embeddings().weight.fill_(float("nan"))
    with pytest.raises(SettingsError, match="use --dtype bfloat16 or float32"):
        list(model.score([Dialogue(TURNS[:1], pictures[0])]))


def test_pictures_that_cannot_be_read_are_unseen_and_the_rest_goes_on(
    llava: Llava, pictures: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(pictures[0].read_bytes()[:200])
    shown = (pictures[0], broken, tmp_path / "none.jpg", pictures[1])
    found = dict(llava.score([Dialogue(TURNS[:1], picture) for picture in shown]))
    assert isinstance(found[0], tuple)
    assert isinstance(found[3], tuple)
    assert isinstance(found[1], Unseen)
    assert "cannot be decoded" in found[1].problem
    assert found[2] == Unseen(f"The picture {tmp_path / 'none.jpg'} is missing.")


def test_what_is_too_long_for_the_context_is_unseen(tmp_path: Path, pictures: list[Path]) -> None:
    model = load(save_llava(tmp_path / "llava", context=64))
    long = Dialogue((Turn("Is there a dog? " * 30, "Yes."),), pictures[0])
    short = Dialogue((Turn("Is there a dog?", "Yes."),), pictures[0])
    found = dict(model.score([long, short]))
    assert isinstance(found[1], tuple)
    assert isinstance(found[0], Unseen)
    assert found[0].problem.endswith("the model's context has 64.")
    asked = dict(model.answer([short], max_tokens=40))
    assert isinstance(asked[0], Unseen)
    assert "and 40 for the answer" in asked[0].problem


class OutOfMemory:
    """Stands before a model and lets only small batches through."""

    def __init__(self, model: Any, most: int) -> None:  # noqa: ANN401 - transformers' own
        self._forward, self._most = model.forward, most
        self.sizes: list[int] = []

    def __call__(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        import torch

        size = len(options["inputs_embeds"])
        self.sizes.append(size)
        if size > self._most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return self._forward(*arguments, **options)


@pytest.mark.parametrize("most", [1, 3])
def test_batches_are_halved_where_memory_runs_out(
    llava_folder: Path,
    llava: Llava,
    pictures: list[Path],
    most: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = load(llava_folder, 8)
    scarce = OutOfMemory(model._model.model, most)
    monkeypatch.setattr(model._model.model, "forward", scarce)
    dialogues = make_dialogues(pictures)
    found = score(model, dialogues)
    for many, wanted in zip(found, score(llava, dialogues), strict=True):
        assert many == pytest.approx(wanted, abs=NEAR)
    assert scarce.sizes.count(8) == 1  # the smaller size is kept


def test_what_never_fits_into_memory_is_unseen(
    llava_folder: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load(llava_folder, 2)
    monkeypatch.setattr(model._model.model, "forward", OutOfMemory(model._model.model, 0))
    dialogues = [Dialogue(TURNS[:1], picture) for picture in pictures]
    assert dict(model.score(dialogues)) == dict.fromkeys(range(len(pictures)), NO_MEMORY)


def test_a_picture_goes_through_the_vision_tower_once(
    llava_folder: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load(llava_folder, 2)
    embed = model._features._embed
    sent: list[int] = []

    def counting(pixels: list[Any]) -> list[Any]:
        sent.append(len(pixels))
        return embed(pixels)

    monkeypatch.setattr(model._features, "_embed", counting)
    dialogues = make_dialogues(pictures)
    score(model, dialogues)
    answer(model, dialogues)
    assert sum(sent) == len(pictures) + 1


def test_results_come_a_batch_at_a_time(llava: Llava, pictures: list[Path]) -> None:
    dialogues = make_dialogues(pictures)
    results: Iterator[Any] = llava.score(dialogues)
    next(results)
    del results  # whoever has enough leaves no thread behind
    assert len(score(llava, dialogues[:2])) == 2


def test_the_name_tells_the_weights_and_the_numbers(tmp_path: Path) -> None:
    first, second = (save_llava(tmp_path / str(seed), seed=seed) for seed in (0, 1))
    names = [
        load_llava(str(folder), device="cpu", dtype=numbers).name
        for folder, numbers in ((first, "auto"), (second, "bfloat16"))
    ]
    assert names[0].startswith(f"{first}@")
    assert names[0].endswith(", float32")
    assert names[1].endswith(", bfloat16")
    assert names[0].split("@")[1][:8] != names[1].split("@")[1][:8]


def test_half_precision_stays_near(llava_folder: Path, llava: Llava, pictures: list[Path]) -> None:
    dialogues = make_dialogues(pictures)
    half = load_llava(str(llava_folder), device="cpu", dtype="bfloat16", batch_size=4)
    for rough, exact in zip(score(half, dialogues), score(llava, dialogues), strict=True):
        assert rough == pytest.approx(exact, abs=0.2)


def test_a_checkpoint_of_another_kind_is_refused_by_name(clip_folder: Path) -> None:
    with pytest.raises(SettingsError, match="is a CLIPModel; the spot-check takes Llava"):
        load_llava(str(clip_folder))


def test_dialogues_can_be_many_and_windows_small(
    llava: Llava, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dialogues = [replace(dialogue) for dialogue in make_dialogues(pictures)]
    whole = score(llava, dialogues)
    monkeypatch.setattr("datagen.spotcheck.models.llava._WINDOW", 5)
    for few, many in zip(score(llava, dialogues), whole, strict=True):
        assert few == pytest.approx(many, abs=NEAR)


def test_own_answers_are_values(llava: Llava, pictures: list[Path]) -> None:
    [found] = answer(llava, [Dialogue(TURNS[:1], pictures[0])])
    assert isinstance(found, OwnAnswer)
    assert found.yes is not None
    assert 0 <= found.yes <= 1
