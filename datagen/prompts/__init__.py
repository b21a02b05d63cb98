"""Prompt stage: a prompt folder, and a context as text -> Prompt."""

from datagen.prompts.folder import LLAVA_TYPES, list_types, load_prompts
from datagen.prompts.response_type import ResponseType

__all__ = ["LLAVA_TYPES", "ResponseType", "list_types", "load_prompts"]
