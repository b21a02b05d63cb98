"""The paid half on a cluster: shards of a run, asked by many workers, merged into one run folder.

driving.py    the driver: cuts shards, starts workers, merges what they publish
cluster.py    Ray, and nothing but Ray
ledger.py     places, rates and money, lent to workers for a moment
asking.py     a worker's asking, within what it was lent
worker.py     one shard from its file to its segments
shards.py     tasks in pieces
segments.py   replies on shared storage
merging.py    segments into the run store
storage.py    shared storage, by fsspec
"""

from datagen.fleet.driving import Fleet, FleetOptions, merge_published, open_storage
from datagen.fleet.storage import Storage

__all__ = ["Fleet", "FleetOptions", "Storage", "merge_published", "open_storage"]
