"""Read stage: annotation files -> `Source`, the usable images and every trouble met on the way.

`coco.py` joins a captions file and an instances file, `contexts.py` reads LLaVA's context JSONL,
`exclusions.py` lists of images not to use. Images come out of an index (`index.py`).

COCO files on their way there: `files.py`, `window.py` and `stream.py` (a file in chunks of whole
entries), `entries.py` (types), `annotations.py` with `caption_columns.py` and `box_columns.py`
(entries as columns), `pictures.py` (images as a table), `joining.py` (all of it together);
`image_rows.py` takes whole images instead, `spool.py` holds what waits. One entry at a time:
`images.py` (names and sizes), `instances.py` (one box), `masks.py` and `boxes.py` (geometry),
`captions.py` (text), `troubles.py` (the rules).
"""

from datagen.sources.coco import read_coco
from datagen.sources.contexts import read_contexts
from datagen.sources.image_rows import hold_images
from datagen.sources.troubles import TROUBLES

__all__ = ["TROUBLES", "hold_images", "read_coco", "read_contexts"]
