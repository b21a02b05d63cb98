"""Viewer: what one start of `datagen view` holds, and everything that the page asks of it."""

import json
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from datagen import __version__
from datagen.errors import RunError
from datagen.store import ReviewStore, RunStore, is_locked
from datagen.store.review_samples import list_samples
from datagen.viewer.agreement import measure_agreement
from datagen.viewer.candidates import Candidate, CandidateReader, choose, describe_candidates
from datagen.viewer.details import Details, describe_claim, describe_finding
from datagen.viewer.examining import count_examined
from datagen.viewer.index import open_index
from datagen.viewer.overview import describe_overview
from datagen.viewer.pictures import Picture, Thumbnails, find_picture
from datagen.viewer.refusals import RefusedError
from datagen.viewer.reviews import Reviews, read_edit
from datagen.viewer.target import Target, place_index
from datagen.viewer.view import View

THUMBS_FOLDER = "view.thumbs"

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
        self.reviews = _open_reviews(target, reviewer)
        self.rate: float | None = None
        self._retired: list[View] = []
        self.view = self._make_view(on_progress)
        self.details = Details(target)
        self._candidates: CandidateReader | None = None
        self._candidates_lock = threading.Lock()
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
        for view in (*self._retired, self.view):
            view.index.close()
        if self.reviews is not None:
            self.reviews.store.close()

    def renew(self) -> None:
        """Build the index anew, since the target has changed, and show that one from now on.

        The old one stays open until the next time: a request may be reading it.

        Raises:
            DatagenError: the target cannot be read; the old one stays.
        """
        view = self._make_view()
        for old in self._retired:
            old.index.close()
        self._retired, self.view = [self.view], view

    def _make_view(
        self, on_progress: Callable[[int, int], None] = lambda done, total: None
    ) -> View:
        store = self.reviews.store if self.reviews is not None else None
        index = open_index(self.target, on_progress)
        return View(index, store, has_pictures=self.target.images is not None)

    @property
    def is_live(self) -> bool:
        """Whether the run is still writing."""
        return self.target.is_run and is_locked(self.target.path)

    def describe(self) -> dict[str, Any]:
        """What the page is about."""
        index = self.view.index
        return {
            "name": self.target.name,
            "target": "run" if self.target.is_run else "file",
            "version": __version__,
            "generation": index.generation,
            "images": self.target.images is not None,
            "is_live": self.is_live,
            "records": index.size,
            "examined": None if self.target.is_run else count_examined(index),
            "can_review": self.reviews is not None,
            "reviewer": self.reviews.reviewer if self.reviews is not None else "",
            "reasons": self.list_reasons(),
            "samples": list_samples(self.reviews.store) if self.reviews is not None else [],
            "types": [value for value, _ in index.list_values("type")],
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

    def describe_overview(self) -> dict[str, Any]:
        """The figures of the set."""
        planned: dict[str, int] = {}
        if self.target.is_run:
            with suppress(RunError), RunStore(self.target.path) as store:
                planned = json.loads(store.get_meta("planned") or "{}")
        return describe_overview(self.target, self.view.index, planned) | {"rate": self.rate}

    def describe_record(self, key: int) -> dict[str, Any]:
        """One record whole."""
        view, reviews = self.view, self.reviews
        row = view.find_row(key)
        choice = reviews.store.read_state(row.id).choice if reviews is not None else None
        return {
            **self.details.describe(view.index, row, choice),
            "picture": f"/picture/{key}" if view.has_picture(row) else None,
            "review": reviews.state(row.id) if reviews is not None else None,
        }

    def describe_candidates(self, key: int) -> dict[str, Any]:
        """The replies to a record's request, blind until this reviewer has chosen."""
        record = self.view.find_row(key).id
        choice = self.reviews.find_choice(record) if self.reviews is not None else None
        return describe_candidates(
            self._read_candidates(record), record, choice, seed=self.target.settings.seed
        )

    def choose(self, key: int, revision: int, label: str) -> dict[str, Any]:
        """Keep a choice among the candidates; what stood under each label, and what holds then.

        Raises:
            StaleRevision: somebody decided meanwhile.
            ReviewError: no such label.
        """
        record, reviews = self.view.find_row(key).id, self.need_reviews()
        found = self._read_candidates(record)
        review = choose(reviews, record, revision, label, found, seed=self.target.settings.seed)
        return {**self.describe_candidates(key), "review": review}

    def _read_candidates(self, record: str) -> list[Candidate]:
        if not self.target.is_run:
            return []
        with self._candidates_lock:  # its checker remembers the image it saw last
            if self._candidates is None:
                self._candidates = CandidateReader(self.target.path, self.target.settings)
            return self._candidates.read(record)

    def describe_agreement(self, sample: str | None = None) -> dict[str, Any]:
        """How far the checks agree with reviewers, and these with each other."""
        return measure_agreement(self.need_reviews().store, sample)

    def find_picture(self, key: int) -> Picture:
        """The picture file of a record.

        Raises:
            RefusedError: none that may be shown.
        """
        row = self.view.find_row(key)
        if self.target.images is None:
            raise RefusedError("no picture folder is known: start with --images FOLDER", 404)
        if not row.image:
            raise RefusedError("the record names no picture", 404)
        prefix = self.target.settings.image_prefix
        name = row.image.removeprefix(f"{prefix}/") if prefix else row.image
        return find_picture(self.target.images, name)

    def decide(self, key: int, given: Decided) -> dict[str, Any]:
        """Keep a decision; what holds of the record then.

        Raises:
            StaleRevision: somebody decided meanwhile.
            ReviewError: it cannot be kept as it is.
        """
        return self.need_reviews().decide(
            self.view.find_row(key).id,
            given.revision,
            given.kind,
            reason=given.reason,
            comment=given.comment,
            turns=given.turns,
        )

    def turn_back(self, direction: Literal["undo", "redo"]) -> dict[str, Any]:
        """Undo or redo the reviewer's own last event, whatever record it was about."""
        reviews = self.need_reviews()
        turned = reviews.undo() if direction == "undo" else reviews.redo()
        if turned is None:
            return {"nothing": True}
        record, review = turned
        return {"key": self.view.index.find_key(record), "id": record, "review": review}

    def check_turns(self, key: int, turns: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What the checks say of an edit."""
        view = self.view
        row = view.find_row(key)
        messages = [{"from": turn["from"], "value": turn["text"]} for turn in read_edit(turns)]
        record = {"id": row.id, "image": row.image, "conversations": messages}
        verdict = self.details.examine(record, self.details.find_image(view.index, row), row.type)
        return {
            "findings": [describe_finding(finding) for finding in verdict.findings],
            "claims": [describe_claim(claim) for claim in verdict.claims],
            "score": verdict.score,
        }

    def describe_progress(self, sample: str | None) -> dict[str, Any]:
        """How far the review of a sample, or of everything, has come."""
        return self.need_reviews().progress(sample, total=self.view.index.size).to_json()

    def set_reasons(self, reasons: Sequence[tuple[str, str]], version: int) -> dict[str, Any]:
        """Put another list of reasons in place of the present one."""
        self.need_reviews().store.set_reasons(reasons, version=version)
        return {"reasons": self.list_reasons()}

    def need_reviews(self) -> Reviews:
        """The decisions.

        Raises:
            RefusedError: none can be kept.
        """
        if self.reviews is None:
            raise RefusedError("decisions cannot be kept: the folder is read-only", 409)
        return self.reviews


def _open_reviews(target: Target, reviewer: str) -> Reviews | None:
    """The decisions about a target; None where they cannot be written."""
    folder = target.path if target.is_run else target.path.parent
    if not os.access(folder, os.W_OK):
        return None
    return Reviews(ReviewStore(target.path, write=True), reviewer)
