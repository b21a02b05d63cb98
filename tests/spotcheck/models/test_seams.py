"""What the seams promise to those who do not use them."""

import subprocess
import sys

from datagen.spotcheck.models import ImageTextModel, VisionModel
from datagen.spotcheck.models.clip import Clip
from datagen.spotcheck.models.endpoint import EndpointModel
from datagen.spotcheck.models.llava import Llava

_SAY_LOADED = "import sys; print(sorted({'torch', 'transformers', 'openai'} & set(sys.modules)))"


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_the_models_are_what_the_seams_ask_for(llava: Llava, clip: Clip) -> None:
    models: list[VisionModel] = [llava, EndpointModel("tiny", base_url="http://127.0.0.1:9/v1")]
    embedder: ImageTextModel = clip
    assert [model.can_score for model in models] == [True, False]
    assert len({embedder.name, *(model.name for model in models)}) == 3


def test_torch_is_loaded_only_with_a_model() -> None:
    modules = ("", ".models.llava", ".models.clip", ".models.pictures", ".models.tokens")
    lines = [f"import datagen.spotcheck{module}" for module in modules]
    assert run("; ".join([*lines, _SAY_LOADED])) == "[]\n"


def test_help_loads_neither_torch_nor_a_client() -> None:
    helped = (
        "import sys; sys.argv = ['datagen', '--help']\n"
        "from datagen.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
    )
    assert run(helped + _SAY_LOADED).endswith("[]\n")
