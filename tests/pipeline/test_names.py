"""Names in the settings are known, or refused with the nearest known one."""

from pathlib import Path

import pytest

from datagen.config import make_settings
from datagen.errors import PromptError, SettingsError
from datagen.pipeline.names import list_known_types, refuse_unknown_names, refuse_unknown_types

SHIPPED = ("complex_reasoning", "conversation", "detail_description")
INPUT = {"captions": Path("captions.json"), "offline": True}


def test_a_finished_file_may_have_the_shipped_types_and_those_of_the_prompt_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "quiz").mkdir()
    (tmp_path / "quiz" / "system_message.txt").write_text("Ask.", encoding="utf-8")
    assert list_known_types(make_settings(INPUT)) == SHIPPED
    assert list_known_types(make_settings({**INPUT, "prompts": tmp_path})) == (*SHIPPED, "quiz")


def test_a_prompt_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="none: no such folder"):
        list_known_types(make_settings({**INPUT, "prompts": tmp_path / "none"}))


def test_the_first_unknown_type_is_told_with_the_nearest_and_all_known_ones() -> None:
    with pytest.raises(SettingsError) as caught:
        refuse_unknown_types("--mix", ["conversation", "conversations"], SHIPPED, "there are")
    assert str(caught.value) == (
        "--mix: no response type 'conversations'; did you mean conversation?"
        " (there are: complex_reasoning, conversation, detail_description)"
    )


@pytest.mark.parametrize(
    "wrong", [{"min_scores": {"conversation": 0.5}}, {"severities": {"no-such": "note"}}]
)
def test_settings_of_the_checks_name_what_the_run_has(wrong: dict[str, object]) -> None:
    fitting = make_settings({**INPUT, "min_scores": {"quiz": 0.5}, "severities": {"no-id": "note"}})
    refuse_unknown_names(fitting, ["quiz"])
    with pytest.raises(SettingsError, match=r"conversation|no-such"):
        refuse_unknown_names(make_settings({**INPUT, **wrong}), ["quiz"])
