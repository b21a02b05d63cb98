from dataclasses import replace

import pytest

from tests.benchmarks.table import is_met
from tests.chaos.__main__ import list_rows, make_plan
from tests.chaos.kills import Kill, Verdict

KILLS = [Kill(f"{n}", at_risk=10, in_flight=6, recent=4, oldest=0.1, stored=n) for n in range(23)]
SOUND = Verdict(kills=KILLS, repeats=230)


def test_a_sound_verdict_is_met() -> None:
    assert is_met(list_rows(make_plan(0), SOUND))


@pytest.mark.parametrize(
    "verdict",
    [
        replace(SOUND, kills=KILLS[:19], repeats=190),
        replace(SOUND, failures=["gave up"]),
        replace(SOUND, differing=["dataset.json"]),
        replace(SOUND, missing=1),
        replace(SOUND, doubled=1),
        replace(SOUND, vanished=1),
        replace(SOUND, asked_again=1),
        replace(SOUND, unknown=1),
        replace(SOUND, leftovers=1),
        replace(SOUND, repeats=231),
        replace(SOUND, kills=[*KILLS, replace(KILLS[0], at_risk=11, recent=5, in_flight=5)]),
        replace(SOUND, kills=[*KILLS, replace(KILLS[0], oldest=0.6)]),
    ],
)
def test_each_defect_is_a_miss(verdict: Verdict) -> None:
    assert not is_met(list_rows(make_plan(0), verdict))
