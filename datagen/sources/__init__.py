"""Read stage: annotation files -> `Source`, the usable images and every trouble met on the way.

`coco.py` joins a captions file and an instances file, `contexts.py` reads LLaVA's context JSONL,
`exclusions.py` lists of images not to use.
Below them: `files.py` (disk), `entries.py` (types), `images.py` (names and sizes), `instances.py`
(one box), `masks.py` and `boxes.py` (geometry), `captions.py` (text), `troubles.py` (the rules).
"""

from datagen.sources.coco import read_coco
from datagen.sources.contexts import read_contexts
from datagen.sources.troubles import TROUBLES

__all__ = ["TROUBLES", "read_coco", "read_contexts"]
