"""Run store: light looks over many requests, for whoever watches a run rather than makes it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from datagen.records import Item, Reply, Usage
from datagen.store.rows import Answer, Standing
from datagen.store.run_store import RunStore

_USAGE = """
SELECT image_id, response_type, idx,
    sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens)
FROM requests
JOIN answers ON answers.request = requests.id
GROUP BY image_id, response_type, idx
ORDER BY image_id, response_type, idx
"""
_FAILURES = """
SELECT candidate, round, code, message, failures.attempts
FROM requests
JOIN failures ON failures.request = requests.id
WHERE (image_id, response_type, idx) = (?, ?, ?)
ORDER BY failures.rowid
"""

_PAGE = 2_000  # requests
_STANDINGS = """
SELECT image_id, response_type, idx, candidate, max(round), failure
FROM (
    SELECT id, image_id, response_type, idx FROM requests
    WHERE (image_id, response_type, idx) > (?, ?, ?)
    ORDER BY image_id, response_type, idx LIMIT ?
)
JOIN answers ON answers.request = id
GROUP BY image_id, response_type, idx, candidate
ORDER BY image_id, response_type, idx, candidate
"""


def iterate_standings(store: RunStore) -> Iterator[tuple[Item, Sequence[Standing]]]:
    """How far every request is, in item order.

    It is read in pages, and between them nothing is held: whoever writes meanwhile can clear the
    journal. A request that comes behind a page that was read is met.
    """
    place: tuple[str, str, int] = ("", "", -1)
    while rows := list(store.query(_STANDINGS, (*place, _PAGE))):
        for place, group in groupby(rows, key=itemgetter(0, 1, 2)):
            yield Item(*place), [Standing(*row[3:]) for row in group]


def iterate_usage(store: RunStore) -> Iterator[tuple[Item, Usage]]:
    """Every item with the tokens of all its answers, ordered like `RunStore.iterate`."""
    for image_id, name, index, *tokens in store.query(_USAGE):
        yield Item(image_id, name, index), Usage(*tokens)


def find_failures(store: RunStore, item: Item) -> list[Answer]:
    """The failures on the way of one request, in order of time.

    The last one of a round may still stand as its answer; a later reply took the others' place.
    """
    return [
        Answer(Reply(message, "", "", attempts=attempts), candidate, round_, code)
        for candidate, round_, code, message, attempts in store.query(
            _FAILURES, (item.image_id, item.response_type, item.index)
        )
    ]


def count_requests(store: RunStore) -> int:
    """A number that grows with every request that gets its first answer."""
    return int(next(store.query("SELECT ifnull(max(id), 0) FROM requests"))[0])


def iterate_items(store: RunStore, *, after: int = 0) -> Iterator[Item]:
    """Items in the order of their first answers, from a number of `count_requests` on."""
    query = "SELECT image_id, response_type, idx FROM requests WHERE id > ? ORDER BY id"
    for place in store.query(query, (after,)):
        yield Item(*place)
