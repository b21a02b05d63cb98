"""Viewer: one index with the decisions about its records: lists as plain values."""

from typing import Any

from datagen.records import IMAGE_TOKEN
from datagen.store import ReviewStore
from datagen.store.review_events import ReviewState
from datagen.viewer.decisions import DecidedSets, describe_state
from datagen.viewer.index import Index
from datagen.viewer.listing import Listing, Query, find_nothing
from datagen.viewer.refusals import RefusedError
from datagen.viewer.rows import StoredRow
from datagen.viewer.searching import mark_hits

HEAD = 160
"""Characters of question and answer that a list shows."""


class View:
    """What lists are made of; another one takes its place when the index is built anew."""

    def __init__(self, index: Index, reviews: ReviewStore | None, *, has_pictures: bool) -> None:
        """Prepare.

        Args:
            index: what is listed.
            reviews: the decisions; None where none can be kept.
            has_pictures: whether a picture folder is known.
        """
        self.index = index
        self._decided = DecidedSets(reviews, index) if reviews is not None else None
        self._has_pictures = has_pictures
        self._listing = Listing(index, self._decided.find if self._decided else find_nothing)

    def list_records(self, query: Query) -> dict[str, Any]:
        """A page of the list.

        Raises:
            RefusedError: it took too long, or belongs to an index that is gone.
        """
        page = self._listing.list_page(query)
        rows = self.index.read_rows(page.keys)
        ids = [row.id for row in rows]
        states = self._decided.read_states(ids) if self._decided is not None else {}
        return {
            "rows": [self._describe_row(row, query, states.get(row.id)) for row in rows],
            "next": str(page.next) if page.next is not None else None,
            "previous": str(page.previous) if page.previous is not None else None,
            "total": page.total,
            "total_is_capped": page.is_capped,
            "new": page.new,
            "until": page.until,
        }

    def count_facets(self, query: Query) -> dict[str, Any]:
        """The counts of all facets.

        Raises:
            RefusedError: it took too long.
        """
        counts, is_capped = self._listing.count_facets(query)
        return {**counts, "is_capped": is_capped}

    def find_row(self, key: int) -> StoredRow:
        """The row with this key.

        Raises:
            RefusedError: there is none.
        """
        rows = self.index.read_rows([key]) if key < 1 << 62 else []
        if not rows:
            raise RefusedError("there is no such record", 404)
        return rows[0]

    def has_picture(self, row: StoredRow) -> bool:
        """Whether a picture of the record may be asked for."""
        return self._has_pictures and bool(row.image)

    def _describe_row(
        self, row: StoredRow, query: Query, state: ReviewState | None
    ) -> dict[str, Any]:
        texts = [text.replace(IMAGE_TOKEN, "").strip() for text in self.index.read_texts(row)]
        question, answer, *_ = [*texts, "", ""]
        return {
            "key": row.key,
            "id": row.id,
            "type": row.type,
            "state": "accepted" if row.is_accepted else "rejected",
            "image": row.image,
            "thumb": f"/thumb/{row.key}" if self.has_picture(row) else None,
            "question": question[:HEAD],
            "answer": answer[:HEAD],
            "words": row.words,
            "score": row.score,
            "cost": row.cost,
            "reasons": row.reasons.split(),
            "flags": row.flags.split(),
            "review": describe_state(state),
            "snippet": mark_hits(" ".join(texts), query.terms) if query.terms else None,
        }
