"""Commands that look at the pictures: spotcheck, search."""

import json
import sys
from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import typer
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from datagen.cli.options import CHECKED, settle_check, takes_settings
from datagen.config import RUN_FILE, RunSettings, load_settings
from datagen.errors import RunError, SettingsError
from datagen.pipeline.clients import find_key

if TYPE_CHECKING:
    from datagen.spotcheck.inspecting import Progress as LookProgress
    from datagen.spotcheck.models import ImageTextModel, VisionModel
    from datagen.spotcheck.results import Results

LLAVA = "llava-hf/llava-1.5-7b-hf"
CLIP = "openai/clip-vit-base-patch32"
OFF = "off"
PAGE_FILE = "spotcheck.html"
JSON_FILE = "spotcheck.json"

MODELS = "Who looks, and how"
SAMPLE = "What is looked at"

console = Console(highlight=False, soft_wrap=True)

Device = Annotated[
    Literal["auto", "cpu", "cuda", "mps"], typer.Option(help="Where.", rich_help_panel=MODELS)
]
Dtype = Annotated[
    Literal["auto", "float32", "float16", "bfloat16"],
    typer.Option(
        help="Number format; auto: half on a GPU, float32 on a CPU.", rich_help_panel=MODELS
    ),
]
Clip = Annotated[
    str,
    typer.Option(
        help="CLIP checkpoint, a hub name or a folder; off for none.", rich_help_panel=MODELS
    ),
]


@takes_settings(CHECKED)
def spotcheck(
    given: dict[str, Any],
    target: Annotated[
        Path | None, typer.Argument(help="Run folder, or any LLaVA file.", show_default=False)
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="LLaVA-1.5 or LLaVA-NeXT checkpoint, a hub name or a folder; with --base-url the"
            " endpoint's name of the model; off for none.",
            rich_help_panel=MODELS,
        ),
    ] = LLAVA,
    clip: Clip = CLIP,
    base_url: Annotated[
        str | None,
        typer.Option(
            help="An OpenAI-compatible endpoint that sees, in place of a local LLaVA.",
            rich_help_panel=MODELS,
            show_default=False,
        ),
    ] = None,
    api_key_env: Annotated[
        str,
        typer.Option(help="Variable (or .env entry) with its key.", rich_help_panel=MODELS),
    ] = "OPENAI_API_KEY",
    device: Device = "auto",
    dtype: Dtype = "auto",
    quantize: Annotated[
        int | None,
        typer.Option(
            help="8 or 4 bits a weight, through bitsandbytes.",
            rich_help_panel=MODELS,
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[
        int, typer.Option(help="Dialogues at once.", min=1, rich_help_panel=MODELS)
    ] = 8,
    max_tokens: Annotated[
        int, typer.Option(help="Longest own answer.", min=1, rich_help_panel=MODELS)
    ] = 64,
    sample: Annotated[
        int | None,
        typer.Option(help="Records looked at; default 400.", min=1, rich_help_panel=SAMPLE),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            help="In place of --sample: as many as an interval of plus or minus that needs.",
            min=0.001,
            max=0.5,
            rich_help_panel=SAMPLE,
            show_default=False,
        ),
    ] = None,
    references: Annotated[
        int,
        typer.Option(
            help="True records composed from the annotations, and a false twin of each, by which"
            " the models are measured.",
            min=0,
            rich_help_panel=SAMPLE,
        ),
    ] = 200,
    seed: Annotated[int, typer.Option(help="Decides what is drawn.", rich_help_panel=SAMPLE)] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the result; default the run folder, or FILE-spotcheck."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print spotcheck.json.")] = False,
    ask: Annotated[
        str | None,
        typer.Option(help="Only ask this about the picture --image.", show_default=False),
    ] = None,
    image: Annotated[
        Path | None, typer.Option(help="With --ask: the picture.", show_default=False)
    ] = None,
) -> None:
    """Let a local LLaVA and CLIP look at the pictures of a sample of records, with controls.

    Writes spotcheck.html, spotcheck.json and, for `datagen build --drop-flagged`, the flags. What
    was looked at is kept: the same command again goes on.

    Example: [bold]datagen spotcheck run --images train2017 --sample 400[/bold]
    """
    loader = _Loader(device, dtype, quantize, batch_size)
    if ask is not None:
        _ask(ask, image, loader.load_llava(model, base_url, api_key_env), max_tokens)
        return
    if target is None:
        raise SettingsError("give a run folder or a LLaVA file, or --ask QUESTION --image PICTURE")
    if sample is not None and margin is not None:
        raise SettingsError("--sample and --margin both say how many records; give one")
    from datagen.spotcheck import inspecting
    from datagen.spotcheck.listing import open_records
    from datagen.spotcheck.page import write_json, write_page
    from datagen.store import LookStore

    settings = _settle(given, target)
    folder = _find_pictures(settings)
    records = open_records(target, settings)
    llava = loader.load_llava(model, base_url, api_key_env)
    likeness = loader.load_clip(clip)
    if margin is None:
        sample = sample or inspecting.SAMPLE
    wish = inspecting.Wish(sample, margin, references, max_tokens, seed)
    place = out or _name_folder(target)
    _make_folder(place)
    with LookStore(place, write=True) as store, LookBar(console) as bar:
        results = inspecting.inspect(
            str(target),
            records,
            folder,
            store,
            llava=llava,
            clip=likeness,
            wish=wish,
            on_progress=bar.update,
        )
    write_json(results, place / JSON_FILE)
    write_page(results, place / PAGE_FILE)
    if as_json:
        print((place / JSON_FILE).read_text(encoding="utf-8"), end="")
    else:
        _print_results(results, place, is_run=target.is_dir())


@takes_settings(CHECKED)
def search(
    given: dict[str, Any],
    target: Annotated[Path, typer.Argument(help="Run folder, or any LLaVA file.")],
    text: Annotated[
        str | None, typer.Argument(help="What is looked for.", show_default=False)
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(help="In place of a text: a picture, whose like are looked for."),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", help="Pictures shown.", min=1)] = 10,
    clip: Clip = CLIP,
    device: Device = "auto",
    dtype: Dtype = "auto",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the index; default the run folder, or FILE-spotcheck."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each picture.")] = False,
) -> None:
    """Find the pictures of a set by a text or by another picture, with CLIP.

    The first search embeds every picture; later ones only what is new.

    Example: [bold]datagen search run "a dog on a skateboard" --images train2017[/bold]
    """
    if (text is None) == (image is None):
        raise SettingsError('give a text, or --image PICTURE: datagen search run "a dog"')
    from datagen.spotcheck.listing import list_pictures
    from datagen.spotcheck.search import PictureIndex

    settings = _settle(given, target)
    folder = _find_pictures(settings)
    records = list_pictures(target)
    model = _Loader(device, dtype, None, 32).load_clip(clip)
    if model is None:
        raise SettingsError("--clip off: search needs a CLIP checkpoint")
    place = out or _name_folder(target)
    _make_folder(place)
    index = PictureIndex(place, model)
    with LookBar(console) as bar:
        problems = index.add(
            {name: folder / name for name in records}, on_picture=bar.counter("embedding", records)
        )
    for name, problem in list(problems.items())[:5]:
        print(f"{name}: {problem}", file=sys.stderr)
    if len(problems) > 5:
        print(f"… and {len(problems) - 5:,} more pictures cannot be read", file=sys.stderr)
    names = records.keys() - problems.keys()
    if image is not None:
        hits = index.find_picture(image, count=count, among=set(names))
    else:
        hits = index.find_text(text or "", count=count, among=set(names))
    for hit in hits:
        ids = records[hit.name]
        if as_json:
            line = {"image": hit.name, "likeness": round(hit.likeness, 4), "records": ids}
            print(json.dumps(line, ensure_ascii=False))
        else:
            more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
            console.print(
                f"{hit.likeness:.3f}  {folder / hit.name}  {', '.join(ids[:3])}{more}", markup=False
            )


@dataclass(frozen=True, slots=True)
class _Loader:
    """Loads models as the flags say."""

    device: str
    dtype: str
    quantize: int | None
    batch_size: int

    def load_llava(self, name: str, base_url: str | None, key_name: str) -> "VisionModel | None":
        """The model that answers: a local one, or an endpoint's; None for `off`."""
        if base_url is not None:
            from datagen.spotcheck.models.endpoint import EndpointModel

            key = find_key(
                RunSettings.model_construct(base_url=base_url, model=name, api_key_env=key_name)
            )
            return EndpointModel(name, base_url=base_url, api_key=key, concurrency=self.batch_size)
        if name == OFF:
            return None
        from datagen.spotcheck.models.llava import load_llava

        _say_loading(name)
        return load_llava(
            name,
            device=self.device,
            dtype=self.dtype,
            quantize=self.quantize,
            batch_size=self.batch_size,
        )

    def load_clip(self, name: str) -> "ImageTextModel | None":
        """The model that embeds; None for `off`."""
        if name == OFF:
            return None
        from datagen.spotcheck.models.clip import load_clip

        _say_loading(name)
        return load_clip(name, device=self.device, dtype=self.dtype)


def _say_loading(name: str) -> None:
    """Minutes may pass in silence where weights come from the hub."""
    if not Path(name).is_dir():
        print(f"loading {name}; the first time its weights are fetched", file=sys.stderr)


class LookBar:
    """Shows how many looks are done; on a terminal only."""

    def __init__(self, console: Console) -> None:
        """Prepare; nothing is shown before the `with` block."""
        self._bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._stage = ""

    def __enter__(self) -> Self:
        """Start the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave its last state on the terminal."""
        self._bar.stop()

    def update(self, progress: "LookProgress") -> None:
        """Show the state; a new stage begins a new line."""
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._task = self._bar.add_task(progress.stage, total=None)
        self._bar.update(self._task, completed=progress.done, total=progress.total or None)

    def counter(self, stage: str, things: Sized) -> Callable[[int], None]:
        """A line of its own that counts things."""
        task = self._bar.add_task(stage, total=len(things))
        return lambda count: self._bar.advance(task, count)


def _ask(question: str, image: Path | None, model: "VisionModel | None", max_tokens: int) -> None:
    """Print the model's answer to one question about one picture."""
    from datagen.records import Turn
    from datagen.spotcheck.models import Unseen
    from datagen.spotcheck.subjects import Dialogue

    if image is None:
        raise SettingsError("--ask QUESTION needs --image PICTURE")
    if model is None:
        raise SettingsError("--model off: nobody is left to ask")
    for _, look in model.answer([Dialogue((Turn(question, ""),), image)], max_tokens=max_tokens):
        if isinstance(look, Unseen):
            raise SettingsError(f"--image {image}: {look.problem}")
        print(look.text)


def _settle(given: dict[str, Any], target: Path) -> RunSettings:
    """The settings of the run, or of a file what the flags say."""
    if not target.exists():
        raise RunError(target, "there is no such run folder or file")
    path = target / RUN_FILE
    if not path.is_file():
        return settle_check(given)
    run = load_settings(path)[0]
    images = given.get("images") or run.get("images")
    return settle_check({**given, "images": images and Path(images)})


def _find_pictures(settings: RunSettings) -> Path:
    if settings.images is None:
        raise SettingsError("say where the pictures are: --images FOLDER")
    return settings.images


def _name_folder(target: Path) -> Path:
    """Where results go: into the run folder, or beside the file."""
    return target if target.is_dir() else target.with_name(f"{target.stem}-spotcheck")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise RunError(folder, f"cannot be made: {exc.strerror}") from exc


def _print_results(results: "Results", place: Path, *, is_run: bool) -> None:
    from datagen.spotcheck.page.wording import format_share, write_headline

    console.print(write_headline(results), markup=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("response type", "records", "looked at", "flagged", "faulty, estimated"):
        table.add_column(name, justify="left" if name == "response type" else "right")
    for row in results.types:
        counts = (f"{row.records:,}", f"{row.sampled:,}")
        table.add_row(row.response_type, *counts, *map(format_share, (row.flagged, row.defects)))
    console.print(table)
    for problem, count in results.unseen.items():
        console.print(f"  not shown: {count:,} {problem}", markup=False)
    for sentence in results.missing:
        console.print(f"  {sentence}", markup=False)
    console.print(f"page: {place / PAGE_FILE}", markup=False)
    if is_run and results.flagged:
        console.print(f"leave out what is flagged: datagen build {place} --drop-flagged")
