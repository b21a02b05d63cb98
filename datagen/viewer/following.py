"""Viewer: a run that is still writing: what its store was answered is judged and appended.

The data set of a run is written at its end. Until then its records are what the checks make of the
stored answers one by one; what needs the whole set, such as repeats, is told when it is built.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

import msgspec

from datagen.pipeline import find_run_price
from datagen.pipeline.describing import describe_rejection
from datagen.pipeline.judging import Judged, judge_chunk
from datagen.pipeline.working import work_in_order
from datagen.prices import Price, cost
from datagen.records import AnnotatedImage, Item, Rejection
from datagen.store import Answer, Request, RunStore
from datagen.store.survey import count_requests, find_failures, iterate_items
from datagen.viewer.appending import append_rows
from datagen.viewer.facts import list_objects
from datagen.viewer.index import Index
from datagen.viewer.rows import Row, join_texts, to_item
from datagen.viewer.target import Target

_SEEN = "seen"  # name of the number of the last request that the index knows
_AT_ONCE = 200  # rows appended together
_MOST_OPEN = 300  # rejected items that are looked at again in one pass


class Follower:
    """Brings the index of a run up to date with its store; used by one thread."""

    def __init__(self, target: Target, index: Index) -> None:
        """Prepare; nothing is read yet."""
        self._target = target
        self._index = index
        self._price = find_run_price(target.settings)
        self._work = partial(judge_chunk, target.settings.model_dump_json())
        # Items that a later answer may change, with the number of answers they had.
        self._open: dict[Item, int] = dict.fromkeys(
            (to_item(record, name) for record, name in index.list_appended_rejections()), 0
        )

    def catch_up(self, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Append what is new in the store; how many records that are.

        Raises:
            DatagenError: store, prompts or checks cannot be used.
        """
        with RunStore(self._target.path) as store:
            seen, last = int(self._index.get_meta(_SEEN) or 0), count_requests(store)
            count = 0
            if last > seen:
                fresh = self._list_fresh(iterate_items(store, after=seen))
                count = self._append(store, iter(fresh), is_stopped)
                if is_stopped():
                    return count
                append_rows(self._index, [], {_SEEN: str(last)})
            self._append(store, self._list_changed(store), is_stopped)
            return count

    def _list_fresh(self, items: Iterator[Item]) -> list[Item]:
        """Those of the items that the index does not hold."""
        fresh: list[Item] = []
        while part := list(islice(items, _AT_ONCE)):
            known = self._index.find_known([item.id for item in part])
            fresh += (item for item in part if item.id not in known)
        return fresh

    def _list_changed(self, store: RunStore) -> Iterator[Item]:
        """Open items with more answers than when they were judged, some at a time, in turn."""
        for item in list(self._open)[:_MOST_OPEN]:
            known = self._open.pop(item)
            found = _find(store, item)
            if found is not None and found[2] > known:
                yield item
            else:
                self._open[item] = known

    def _append(
        self, store: RunStore, items: Iterator[Item], is_stopped: Callable[[], bool]
    ) -> int:
        waiting: deque[tuple[AnnotatedImage, list[Answer], int]] = deque()

        def load() -> Iterator[tuple[Request, list[Answer], None]]:
            for item in items:
                found = _find(store, item)
                if found is None or is_stopped():
                    return
                request, answers, known = found
                waiting.append((request.image, answers, known))
                short = replace(request, prefix=(), context="")
                yield short, list({answer.candidate: answer for answer in answers}.values()), None

        rows: list[Row] = []
        count = 0
        for judged in work_in_order(self._work, load()):
            image, answers, known = waiting.popleft()
            if isinstance(judged.outcome, Rejection) or self._target.settings.candidates > 1:
                self._open[judged.outcome.item] = known
            rows.append(make_row(judged, image, answers, self._price))
            if len(rows) >= _AT_ONCE:
                count += append_rows(self._index, rows)
                rows = []
        return count + (append_rows(self._index, rows) if rows else 0)


def _find(store: RunStore, item: Item) -> tuple[Request, list[Answer], int] | None:
    """An item's request and answers, and how often it was answered or failed."""
    found = store.find_request(item.id)
    if found is None:
        return None
    request, answers = found
    return request, answers, len(answers) + len(find_failures(store, request.item))


def make_row(
    judged: Judged, image: AnnotatedImage, answers: list[Answer], price: Price | None
) -> Row:
    """The row of an item that was judged by itself."""
    outcome = judged.outcome
    spent = None if price is None else sum(cost(each.reply.usage, price) for each in answers)
    findings = sorted({finding.code for finding in judged.findings})
    if isinstance(outcome, Rejection):
        body, text = describe_rejection(outcome, judged.findings), outcome.reply
        words, reasons = len(text.split()), [outcome.finding.code]
    else:
        body = dict(judged.record)
        texts = [message["value"] for message in judged.record["conversations"]]
        text, words = join_texts(texts), sum(len(answer.split()) for answer in texts[1::2])
        reasons = [finding.code for _, _, finding in judged.dropped]
    return Row(
        outcome.item.id,
        outcome.item.response_type,
        not isinstance(outcome, Rejection),
        outcome.image,
        words,
        text,
        msgspec.json.encode(body),
        judged.score,
        spent,
        reasons,
        findings,
        objects=list_objects(image),
    )
