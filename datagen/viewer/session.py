"""Viewer: what one start of `datagen view` holds: target, index, list, details, thumbnails."""

import itertools
import os
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from datagen import __version__
from datagen.checks.shape import read_record
from datagen.errors import RunError
from datagen.store import ReviewStore
from datagen.store.review_events import ReviewState
from datagen.viewer.decisions import DecidedSets, describe_state
from datagen.viewer.details import Details, describe_claim, describe_finding
from datagen.viewer.file_rows import decode_record
from datagen.viewer.index import StoredRow, open_index
from datagen.viewer.listing import Listing, Query, find_nothing
from datagen.viewer.pictures import Picture, Thumbnails, find_picture
from datagen.viewer.refusals import RefusedError
from datagen.viewer.reviews import Reviews, read_edit
from datagen.viewer.rows import join_texts
from datagen.viewer.searching import mark_hits
from datagen.viewer.target import Target, place_index

THUMBS_FOLDER = "view.thumbs"
HEAD = 160
"""Characters of question and answer that a list shows."""

# Settings that the page may show. Whatever is not named here stays here: a setting of tomorrow may
# be a key, and the name of a variable that holds one is nobody's business either.
SHOWN_SETTINGS = (
    *("language", "model", "offline", "local", "via", "reply_format", "with_image"),
    *("temperature", "top_p", "max_tokens", "candidates", "repair", "seed", "records"),
    *("per_image", "mix", "crowds", "min_area", "max_boxes", "image_prefix"),
    *("grounding", "severities", "min_scores", "budget", "drop", "drop_flagged", "top", "balance"),
)


class Decided(msgspec.Struct, forbid_unknown_fields=True):
    """What a reviewer decided, at the revision that they saw."""

    revision: int
    kind: Literal["accept", "reject", "defer", "edit", "comment"]
    reason: str | None = None
    comment: str | None = None
    turns: list[dict[str, Any]] | None = None


class Session:
    """Answers in plain values; used by all threads of the server."""

    def __init__(
        self,
        target: Target,
        *,
        reviewer: str = "",
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Open the index, which is built where it is not up to date, and the decisions.

        Raises:
            DatagenError: the target cannot be read.
        """
        self.target = target
        self.index = open_index(target, on_progress)
        self.reviews = _open_reviews(target, reviewer)
        self._decided: DecidedSets | None = None
        if self.reviews is not None:
            self._decided = DecidedSets(self.reviews.store, self.index)
        self.listing = Listing(self.index, self._decided.find if self._decided else find_nothing)
        self.details = Details(target)
        self.thumbnails = Thumbnails(place_index(target.path, THUMBS_FOLDER))

    def __enter__(self) -> Self:
        """Use the session in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the index and the decisions."""
        self.index.close()
        if self.reviews is not None:
            self.reviews.store.close()

    def describe(self) -> dict[str, Any]:
        """What the page is about."""
        return {
            "name": self.target.name,
            "target": "run" if self.target.is_run else "file",
            "version": __version__,
            "generation": self.index.generation,
            "images": self.target.images is not None,
            "is_live": False,
            "records": self.index.size,
            "can_review": self.reviews is not None,
            "reviewer": self.reviews.reviewer if self.reviews is not None else "",
            "reasons": self.list_reasons(),
            "types": [value for value, _ in self.index.list_values("type")],
            "settings": self.describe_settings(),
        }

    def list_reasons(self) -> list[dict[str, Any]]:
        """The reasons for a rejection, each with its key: 1 to 9, then 0."""
        reasons = self.reviews.store.list_reasons() if self.reviews is not None else []
        return [
            {"key": str(place % 10), "code": code, "label": label, "version": version}
            for place, (code, label, version) in enumerate(reasons, 1)
        ]

    def describe_settings(self) -> dict[str, Any]:
        """Those settings that may be shown."""
        values = self.target.settings.model_dump(mode="json", include=set(SHOWN_SETTINGS))
        return {name: values[name] for name in SHOWN_SETTINGS if values[name] not in (None, "", {})}

    def list_records(self, query: Query) -> dict[str, Any]:
        """A page of the list."""
        page = self.listing.list_page(query)
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
        """The counts of all facets."""
        counts, is_capped = self.listing.count_facets(query)
        return {**counts, "is_capped": is_capped}

    def describe_record(self, key: int) -> dict[str, Any]:
        """One record whole."""
        row = self.find_row(key)
        has_picture = self.target.images is not None and bool(row.image)
        return {
            **self.details.describe(self.index, row),
            "picture": f"/picture/{key}" if has_picture else None,
            "review": self.reviews.state(row.id) if self.reviews is not None else None,
        }

    def decide(self, key: int, given: Decided) -> dict[str, Any]:
        """Keep a decision; what holds of the record then.

        Raises:
            StaleRevision: somebody decided meanwhile.
            ReviewError: it cannot be kept as it is.
        """
        return self._need_reviews().decide(
            self.find_row(key).id,
            given.revision,
            given.kind,
            reason=given.reason,
            comment=given.comment,
            turns=given.turns,
        )

    def read_review(self, record: str) -> dict[str, Any]:
        """What holds of a record."""
        return self._need_reviews().state(record)

    def turn_back(self, direction: Literal["undo", "redo"]) -> dict[str, Any]:
        """Undo or redo the reviewer's own last event, whatever record it was about."""
        reviews = self._need_reviews()
        turned = reviews.undo() if direction == "undo" else reviews.redo()
        if turned is None:
            return {"nothing": True}
        record, review = turned
        return {"key": self.index.find_key(record), "id": record, "review": review}

    def check_turns(self, key: int, turns: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What the checks say of an edit."""
        row = self.find_row(key)
        record = {
            "id": row.id,
            "image": row.image,
            "conversations": [
                {"from": turn["from"], "value": turn["text"]} for turn in read_edit(turns)
            ],
        }
        image = self.details.find_image(self.index, row)
        verdict = self.details.examine(record, image, row.type)
        return {
            "findings": [describe_finding(finding) for finding in verdict.findings],
            "claims": [describe_claim(claim) for claim in verdict.claims],
            "score": verdict.score,
        }

    def describe_progress(self, sample: str | None) -> dict[str, Any]:
        """How far the review of a sample, or of everything, has come."""
        return self._need_reviews().progress(sample, total=self.index.size).to_json()

    def set_reasons(self, reasons: Sequence[tuple[str, str]], version: int) -> dict[str, Any]:
        """Put another list of reasons in place of the present one."""
        self._need_reviews().store.set_reasons(reasons, version=version)
        return {"reasons": self.list_reasons()}

    def _need_reviews(self) -> Reviews:
        if self.reviews is None:
            raise RefusedError("decisions cannot be kept: the folder is read-only", 409)
        return self.reviews

    def find_row(self, key: int) -> StoredRow:
        """The row with this key.

        Raises:
            RefusedError: there is none.
        """
        rows = self.index.read_rows([key])
        if not rows:
            raise RefusedError("there is no such record", 404)
        return rows[0]

    def find_picture(self, key: int) -> Picture:
        """The picture file of a record.

        Raises:
            RefusedError: none that may be shown.
        """
        row = self.find_row(key)
        if self.target.images is None:
            raise RefusedError("no picture folder is known: start with --images FOLDER", 404)
        if not row.image:
            raise RefusedError("the record names no picture", 404)
        prefix = self.target.settings.image_prefix
        name = row.image.removeprefix(f"{prefix}/") if prefix else row.image
        return find_picture(self.target.images, name)

    def _describe_row(
        self, row: StoredRow, query: Query, state: ReviewState | None
    ) -> dict[str, Any]:
        texts = self._read_texts(row)
        question, answer = texts[0], next(iter(texts[1:2]), "")
        has_picture = self.target.images is not None and bool(row.image)
        snippet = None
        if query.terms:
            snippet = mark_hits(" ".join(itertools.chain(texts)), query.terms)
        return {
            "key": row.key,
            "id": row.id,
            "type": row.type,
            "state": "accepted" if row.is_accepted else "rejected",
            "image": row.image,
            "thumb": f"/thumb/{row.key}" if has_picture else None,
            "question": question[:HEAD],
            "answer": answer[:HEAD],
            "words": row.words,
            "score": row.score,
            "cost": row.cost,
            "reasons": row.reasons.split(),
            "flags": row.flags.split(),
            "review": describe_state(state),
            "snippet": snippet,
        }

    def _read_texts(self, row: StoredRow) -> Sequence[str]:
        """The texts of a row: of its messages, or of a rejected reply as the only answer."""
        body = decode_record(self.index.read_body(row))
        turns = read_record(body).turns
        if turns:
            return [join_texts([turn.text or ""]).strip() for turn in turns]
        reply = body.get("reply", "") if isinstance(body, dict) else body
        return ["", reply.strip() if isinstance(reply, str) else ""]


def _open_reviews(target: Target, reviewer: str) -> Reviews | None:
    """The decisions about a target; None where they cannot be written."""
    try:
        store = ReviewStore(target.path, write=True)
    except RunError:
        if os.access(target.path.parent, os.W_OK):
            raise
        return None
    return Reviews(store, reviewer)
