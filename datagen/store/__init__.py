"""The run store: every request and every answer of a run, in one SQLite file.

It is the truth about progress: what stands here was paid for and is never asked again, and the
data set is derived from it alone. Rows are only ever added.

    rows.py        a request and its answers
    schema.py      the tables and their versions
    database.py    SQLite, opened so that nothing is lost; its errors
    run_store.py   reading and writing
    survey.py      light looks over many requests
    writer.py      commits in groups, from a thread of its own
    looks.py       what the models of a spot-check saw, in a file of its own
    reviews.py     what people decided, in a file of its own; review_….py are its parts
    lock.py        one process at a time on a run folder
"""

from datagen.store.lock import LOCK_FILE, RunLock, is_locked
from datagen.store.looks import LOOKS_FILE, LookStore
from datagen.store.review_events import ReviewEvent, ReviewState
from datagen.store.review_reasons import ReviewReason
from datagen.store.reviews import REVIEW_FILE, ReviewStore, find_review_file
from datagen.store.rows import Answer, Request, Standing
from datagen.store.run_store import STORE_FILE, RunStore
from datagen.store.writer import StoreWriter

__all__ = [
    "LOCK_FILE",
    "LOOKS_FILE",
    "REVIEW_FILE",
    "STORE_FILE",
    "Answer",
    "LookStore",
    "Request",
    "ReviewEvent",
    "ReviewReason",
    "ReviewState",
    "ReviewStore",
    "RunLock",
    "RunStore",
    "Standing",
    "StoreWriter",
    "find_review_file",
    "is_locked",
]
