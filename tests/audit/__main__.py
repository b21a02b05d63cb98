"""Measure the checks by planting defects and look-alikes in clean records.

    python -m tests.audit                        the reporting half, which nobody tunes on
    python -m tests.audit --half tune --show     the other half, with every miss and false alarm
    python -m tests.audit --show object count    only those of these families
    python -m tests.audit --small                the project's own pictures only, in seconds
    python -m tests.audit --layer spacy          with the reader that parses

Exit code 1 when a goal is missed. Planted defects are not real errors: recall here is no recall there.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from datagen.checks.checker import Layer
from tests.audit import table
from tests.audit.corpus import COCO, Case, choose_half, has_coco, load_cases
from tests.audit.flags import GROUNDING, find_flags, judge_claims
from tests.audit.hard_cases import find_wrong, read_hard_cases
from tests.audit.measures import Outcome, Share, find_new, measure_alarms
from tests.audit.planting import Plant
from tests.audit.suite import plant_all

ORIGINS = ("hand", "offline")


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything measured: flags of the clean records, outcomes of the plants."""

    clean: Sequence[tuple[Case, tuple[str, ...]]]
    outcomes: Sequence[Outcome]
    layer: Layer = "lexicon"

    def select(self, origin: str) -> "Audit":
        """What was measured on hand-written or on the offline writer's records."""
        return Audit(
            [(case, flags) for case, flags in self.clean if case.origin == origin],
            [each for each in self.outcomes if each.plant.case.origin == origin],
            self.layer,
        )

    def count_alarms(self, prefix: str = "") -> Share:
        """Clean records with a flag of that prefix."""
        alarms = [any(flag.startswith(prefix) for flag in flags) for _, flags in self.clean]
        return Share(sum(alarms), len(alarms))


def measure(cases: Sequence[Case], half: str, *, seed: int = 0, layer: Layer = "lexicon") -> Audit:
    """Check every clean record and every plant of one half.

    Args:
        cases: all clean records; facts are gathered from all of them.
        half: `tune`, `report` or `all`.
        seed: of the planting.
        layer: who reads the texts for grounding.
    """
    wanted = [case for case in cases if half in {"all", choose_half(case.image.id)}]
    clean = [
        (case, tuple(find_flags(case.record, case.image, case.response_type, layer)))
        for case in wanted
    ]
    before = {(case.origin, case.record["id"]): flags for case, flags in clean}
    outcomes = [
        Outcome(plant, _find_new(plant, before[plant.case.origin, plant.case.record["id"]], layer))
        for plant in plant_all(wanted, seed=seed, known=cases)
    ]
    return Audit(clean, outcomes, layer)


def _find_new(plant: Plant, before: Iterable[str], layer: Layer) -> tuple[str, ...]:
    image = plant.swapped.image if plant.swapped else plant.case.image
    return find_new(find_flags(plant.record, image, plant.case.response_type, layer), before)


def report(audit: Audit) -> tuple[str, bool]:
    """The tables, and whether every goal is met."""
    parts, goals = [], []
    for origin in ORIGINS:
        part = audit.select(origin)
        if not part.clean:
            continue
        title = f"Planted in {len(part.clean)} records, {_describe(origin)}"
        parts.append(
            f"{title}\n\n{table.render(table.RECALL_HEAD, table.list_recalls(part.outcomes))}"
        )
        goals += table.judge_goals(origin, part.outcomes)
        alarms = measure_alarms(part.outcomes, GROUNDING)
        goals.append(table.judge_alarms(origin, "clean records", part.count_alarms(GROUNDING)))
        goals.append(table.judge_alarms(origin, "true look-alikes", alarms))
        text = part.count_alarms()
        goals.append((origin, "clean records rejected by anything", "", str(text), ""))
    goals += table.judge_hard_cases(find_wrong(audit.layer), len(read_hard_cases()))
    parts.append("Goals\n\n" + table.render(table.GOAL_HEAD, goals))
    return "\n\n".join(parts), all(line[-1] != "MISSED" for line in goals)


def _describe(origin: str) -> str:
    return "written by hand" if origin == "hand" else "by the offline writer"


def list_misses(audit: Audit, families: Sequence[str]) -> Iterator[str]:
    """Every false alarm and every miss, with text, context and claims."""
    for case, flags in audit.clean:
        if flags and not families:
            yield "\n".join(
                (f"FALSE ALARM on a clean record: {', '.join(flags)}", *_show(case, audit.layer))
            )
    for each in audit.outcomes:
        plant = each.plant
        if each.is_wrong and plant.family != "swap" and (not families or plant.family in families):
            yield "\n".join((_name_miss(each), *_show_plant(plant, audit.layer)))
    for hard in find_wrong(audit.layer):
        if not families:
            wanted = "reject" if hard.reject else "pass"
            yield f"HARD CASE, {hard.kind}, {hard.image.id}: {hard.answer} (should {wanted})"


def _name_miss(outcome: Outcome) -> str:
    plant = outcome.plant
    kind = "MISSED" if plant.false else f"FALSE ALARM {', '.join(outcome.flags)}"
    change = f"{plant.removed!r} -> {plant.inserted!r}"
    return f"{kind}: {plant.family}, {plant.shape}, {plant.case.record['id']}: {change}"


def _show_plant(plant: Plant, layer: Layer) -> Iterator[str]:
    if plant.family == "structure":
        return
    if plant.added:
        yield f"  Q: {plant.record['conversations'][-2]['value']}"
    text = plant.record["conversations"][plant.turn]["value"]
    yield f"  text: {text[max(0, plant.start - 150) : plant.start + len(plant.inserted) + 80]}"
    yield from _show_context(plant.case)
    told = judge_claims(plant.record, plant.case.image, layer)
    claims = [claim for claim in told if claim.turn == plant.turn]
    end = plant.start + len(plant.inserted)
    for claim in claims:
        if claim.end >= plant.start - 60 and claim.start <= end + 20:
            said = text[claim.start : claim.end]
            yield f"  claim: {claim.family} {claim.verdict} {claim.rule} {said!r} {claim.detail}"


def _show(case: Case, layer: Layer) -> Iterator[str]:
    yield f"  {case.record['id']}"
    for claim in judge_claims(case.record, case.image, layer):
        if claim.verdict == "contradicted":
            text = case.texts[claim.turn]
            said = text[max(0, claim.start - 80) : claim.end + 60]
            yield f"  {claim.family} {claim.rule} {text[claim.start : claim.end]!r}: {claim.detail}"
            yield f"    in: {said!r}"
    yield from _show_context(case)


def _show_context(case: Case) -> Iterator[str]:
    counts: dict[str, int] = {}
    for box in case.image.boxes:
        counts[box.category] = counts.get(box.category, 0) + 1
    yield f"  captions: {' / '.join(case.image.captions)}"
    yield f"  boxes: {', '.join(f'{number} {name}' for name, number in counts.items())}"


def to_json(audit: Audit) -> list[dict[str, object]]:
    """One object for each family and shape of each kind of records."""
    return [
        {
            "records": origin,
            "family": family,
            "shape": shape,
            "planted": sum(each.plant.false for each in outcomes),
            "caught": sum(each.plant.false and bool(each.flags) for each in outcomes),
            "look_alikes": sum(not each.plant.false for each in outcomes),
            "flagged": sum(not each.plant.false and bool(each.flags) for each in outcomes),
        }
        for origin in ORIGINS
        for (family, shape), outcomes in table.group(audit.select(origin).outcomes).items()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit")
    parser.add_argument("--half", choices=("tune", "report", "all"), default="report")
    parser.add_argument("--coco", type=Path, default=COCO, help="folder of COCO's two JSON files")
    parser.add_argument(
        "--layer", choices=("lexicon", "spacy"), default="lexicon", help="who reads for grounding"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the planting")
    parser.add_argument("--small", action="store_true", help="the project's own pictures only")
    parser.add_argument("--show", nargs="*", metavar="FAMILY", help="print misses and false alarms")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts there")
    given = parser.parse_args(arguments)
    coco = None if given.small else given.coco
    if coco and not has_coco(coco):
        sys.stdout.write(f"no COCO files in {coco}; the project's own pictures only\n")
        coco = None
    audit = measure(load_cases(coco), given.half, seed=given.seed, layer=given.layer)
    if given.show is not None:
        sys.stdout.writelines(f"{each}\n\n" for each in list_misses(audit, given.show))
    text, met = report(audit)
    sys.stdout.write(f"{text}\n")
    if given.json:
        given.json.write_text(json.dumps(to_json(audit), indent=1) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
