"""Flags of the commands that look -> the models that see."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from datagen.config import RunSettings
from datagen.pipeline.clients import find_key

if TYPE_CHECKING:
    from datagen.spotcheck.models import ImageTextModel, VisionModel

OFF = "off"
"""In place of a model's name: none."""


@dataclass(frozen=True, slots=True)
class ModelLoader:
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
