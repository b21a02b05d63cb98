"""Pipeline, names in the settings: response types and reason codes are known, or refused at once."""

from collections.abc import Iterable
from difflib import get_close_matches

from datagen.checks.checker import refuse_unknown_codes
from datagen.config import RunSettings
from datagen.errors import SettingsError
from datagen.prompts import LLAVA_TYPES, list_types


def list_known_types(settings: RunSettings) -> tuple[str, ...]:
    """The response types that a finished file may have: the shipped ones, and the user's own.

    Raises:
        PromptError: the prompt folder of the settings cannot be used.
    """
    own = list_types(settings.prompts) if settings.prompts is not None else ()
    return tuple(sorted({*LLAVA_TYPES, *own}))


def refuse_unknown_names(settings: RunSettings, types: Iterable[str]) -> None:
    """Refuse settings of the checks for reason codes and response types that the run has not.

    Raises:
        SettingsError: comes with the nearest known name.
    """
    refuse_unknown_codes(settings.severities)
    hint = f"those of {settings.prompt_folder()}"
    refuse_unknown_types("--min-scores", settings.min_scores, types, hint)


def refuse_unknown_types(flag: str, names: Iterable[str], known: Iterable[str], hint: str) -> None:
    """Refuse settings for response types that there are not.

    Args:
        flag: that names them.
        names: of the types.
        known: the types that there are.
        hint: where they come from.

    Raises:
        SettingsError: comes with the nearest known name.
    """
    known = sorted(known)
    for name in sorted(set(names) - set(known)):
        near = get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(
            f"{flag}: no response type {name!r}{meant} ({hint}: {', '.join(known)})"
        )
