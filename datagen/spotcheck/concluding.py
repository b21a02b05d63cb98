"""Spot-check, conclude: the sample judged by what is known of references -> flags and results."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from datagen.spotcheck.estimates import (
    Judged,
    estimate_types,
    rank_flagged,
    summarize_measures,
    summarize_probes,
)
from datagen.spotcheck.findings import TITLES, Findings
from datagen.spotcheck.results import FlaggedRecord, Results, Stratum
from datagen.spotcheck.showing import Stage
from datagen.spotcheck.subjects import Control, Subject
from datagen.spotcheck.verdicts import (
    ALL_TYPES,
    Known,
    flag,
    measure_reliability,
    set_thresholds,
)

SHOWN = 30
"""Flagged records on the page."""


class About(TypedDict):
    """What the results say of the spot-check itself."""

    target: str
    models: dict[str, str]
    seed: int
    missing: tuple[str, ...]


def list_known(
    truths: Sequence[Subject], twins: Sequence[Subject], findings: Findings
) -> list[Known]:
    """What was measured of the references whose picture could be shown."""
    return [
        Known(subject.id.partition(":")[2], subject.response_type, is_false, values["right"])
        for group, is_false in ((truths, False), (twins, True))
        for subject in group
        if "right" in (values := findings.values.get(subject.id, {}))
    ]


class Judging:
    """The sample judged by what is known of the references."""

    def __init__(
        self, subjects: Sequence[Subject], strata: Sequence[Stratum], known: Sequence[Known]
    ) -> None:
        self._subjects = subjects
        self._strata = strata
        self._thresholds = set_thresholds(known)
        populations: Counter[str] = Counter()
        for row in strata:
            populations[row.response_type] += row.population
        self._populations = populations
        self._reliabilities = (
            measure_reliability(known, self._thresholds, populations) if known else {}
        )

    def judge(self, stage: Stage, findings: Findings) -> list[Judged]:
        """Every record of the sample that was looked at."""
        judged = []
        for subject in self._subjects:
            values = findings.values.get(subject.id, {})
            if subject.id in stage.problems or "right" not in values:
                continue
            bounds = self._thresholds.find(subject.response_type)
            judged.append(Judged(subject, values, flag(values["right"], bounds)))
        return judged

    def conclude(
        self,
        judged: Sequence[Judged],
        findings: Findings,
        answered: Iterable[tuple[str, Control, bool]],
        problems: Mapping[str, int],
        about: About,
    ) -> Results:
        """All of it for the report.

        Args:
            judged: what `judge` gave.
            findings: the same.
            answered: probes, as `summarize_probes` takes them.
            problems: records that could not be shown, by the problem.
            about: the spot-check itself.
        """
        measures = summarize_measures(judged, self._strata, self._thresholds, TITLES)
        flagged = [_describe_flagged(one, findings) for one in judged if one.reasons]
        return Results(
            **about,
            records=self._populations.total(),
            sampled=len(self._subjects),
            strata=tuple(self._strata),
            measures=measures,
            probes=summarize_probes(answered),
            reliability=self._reliabilities.get(ALL_TYPES),
            types=estimate_types(judged, self._strata, self._reliabilities),
            flagged=rank_flagged(flagged, measures, most=SHOWN),
            unseen=dict(problems),
        )


def _describe_flagged(one: Judged, findings: Findings) -> FlaggedRecord:
    subject = one.subject
    return FlaggedRecord(
        subject.id,
        subject.response_type,
        subject.image,
        str(subject.picture),
        tuple((turn.question, turn.answer) for turn in subject.turns),
        one.reasons,
        dict(one.values["right"]),
        findings.doubtful.get(subject.id, ()),
    )
