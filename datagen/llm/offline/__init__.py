"""Ask stage, offline: composes true, varied replies from the symbolic context alone.

An ordinary client of the product: it serves dry runs, the mock endpoint, the tests and the shipped
samples. It says nothing that captions or boxes do not support::

    messages ─reading─▶ layout + context ─scene─▶ what may be said ─writer─▶ reply

- Captions are cut into words (`words`, `tagging`), taken apart (`phrases`, `subjects`, `clauses`,
  `captions`) and asked for deeds and facts (`actions`, `facts`); `agreement` tells whom to trust.
- Boxes become groups with numbers and places (`objects`, `placement`).
- `vocabulary` joins the two: which words speak of which category.
- `conversation` (with `talk` and the `*_moves`), `reasoning` and `description` write one layout each.

What is said in which words stands in the tables (`*.toml`) beside the modules.
"""

from datagen.llm.offline.client import OfflineClient
from datagen.llm.offline.writer import write_reply

__all__ = ["OfflineClient", "write_reply"]
