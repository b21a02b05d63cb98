"""A run on a cluster leaves what a run of one process leaves, whoever is killed meanwhile."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from datagen.fleet import cluster
from datagen.fleet.storage import Storage
from datagen.prices import Price, cost
from datagen.store import RunStore
from tests.benchmarks.processes import serve
from tests.fleet.runs import (
    Here,
    count_visits,
    kill,
    meanwhile,
    read_files,
    read_published,
    run_alone,
    run_fleet,
    start_fleet,
    wait_until,
)
from tests.test_end_to_end import _serve

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("here")]


SMALL = ("--ray-workers=2", "--concurrency=8")


def test_a_run_on_a_cluster_has_the_bytes_of_a_run_of_one_process(tmp_path: Path) -> None:
    assert run_alone(tmp_path / "alone", None, 90) == 0
    assert run_fleet(tmp_path / "fleet", None, 90, "--shard-size", "20") == 0
    assert read_files(tmp_path / "fleet") == read_files(tmp_path / "alone")


def test_a_killed_worker_costs_what_was_in_flight_and_nothing_else(
    tmp_path: Path, here: Here
) -> None:
    records, killed = 150, list[int]()
    storage = Storage(str(tmp_path / "fleet" / "fleet"))
    with serve("--watched", "--latency=0.2") as endpoint:

        def kill_one() -> None:
            wait_until(lambda: sum(map(len, read_published(storage).values())) >= 40)
            killed.append(here.list_workers()[0])
            kill(killed[0])

        with meanwhile(kill_one):
            flags = ("--shard-size=80", *SMALL)
            assert run_fleet(tmp_path / "fleet", endpoint.url, records, *flags) == 0
        counts = count_visits(endpoint.read_visits(), records)
        assert run_alone(tmp_path / "alone", endpoint.url, records) == 0
    assert read_files(tmp_path / "fleet") == read_files(tmp_path / "alone")
    published = read_published(storage)
    leases = Counter(lease.rpartition("/")[0] for lease in published)
    assert len(published) == len(leases) + 1  # one shard had two workers
    shard = next(shard for shard, number in leases.items() if number == 2)
    first, second = (published[lease] for lease in sorted(published) if lease.startswith(shard))
    repeated = {key for key, count in counts.items() if count > 1}
    assert min(counts.values()) == 1
    assert not repeated & first  # what was published is not asked again
    assert repeated <= second


def test_a_shard_that_loses_every_worker_ends_the_run_and_the_rest_is_kept(
    tmp_path: Path,
    here: Here,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cluster, "_RETRIES", 0)
    storage = Storage(str(tmp_path / "fleet"))
    with serve("--watched", "--latency=0.2") as endpoint:

        def kill_one() -> None:
            wait_until(lambda: any(read_published(storage).values()))
            kill(here.list_workers()[0])

        with meanwhile(kill_one):
            assert run_fleet(tmp_path, endpoint.url, 60, "--concurrency=4", "--ray-workers=1") == 1
        assert "shard 1 has lost its worker 1 times" in capfd.readouterr().err
        published = set[bytes]().union(*read_published(storage).values())
        with RunStore(tmp_path) as store:
            assert {request.key for request, _ in store.iterate()} == published
        before = count_visits(endpoint.read_visits(), 60)
        assert run_fleet(tmp_path, endpoint.url, 60) == 0
        counts = count_visits(endpoint.read_visits(), 60)
    assert all(counts[key] == before[key] for key in published)


def test_a_killed_driver_goes_on_where_it_was(tmp_path: Path, here: Here) -> None:
    records, out = 120, tmp_path / "fleet"
    storage = Storage(str(out / "fleet"))
    with serve("--watched", "--latency=0.2") as endpoint:
        flags = ("--shard-size=30", *SMALL, "--ray-address", here.address)
        with start_fleet(out, endpoint.url, records, *flags) as driver:
            wait_until(lambda: sum(map(len, read_published(storage).values())) >= 40)
            driver.kill()
        wait_until(lambda: not here.list_workers())  # Ray ends the workers of a dead driver
        published = set[bytes]().union(*read_published(storage).values())
        before = count_visits(endpoint.read_visits(), records)
        assert run_fleet(out, endpoint.url, records) == 0
        counts = count_visits(endpoint.read_visits(), records)
        assert run_alone(tmp_path / "alone", endpoint.url, records) == 0
    assert read_files(out) == read_files(tmp_path / "alone")
    assert {key for key in published if counts[key] > before[key]} == set()
    again = {key for key, count in counts.items() if count > 1}
    assert again <= {key for key, count in before.items() if count}


def test_ctrl_c_finishes_what_is_in_flight_and_nothing_is_asked_twice(
    tmp_path: Path, here: Here
) -> None:
    records, out = 120, tmp_path / "fleet"
    with serve("--watched", "--latency=0.2") as endpoint:
        flags = ("--shard-size=30", *SMALL, "--ray-address", here.address)
        with start_fleet(out, endpoint.url, records, *flags) as driver:
            wait_until(lambda: endpoint.count("answered") >= 20)
            driver.send_signal(signal.SIGINT)
            said = driver.communicate()[0]
        assert driver.returncode == 130, said
        assert "in flight; Ctrl-C again" in said
        assert "all replies are kept" in said
        with RunStore(out) as store:
            assert 20 <= store.count_answers() == endpoint.count("answered") < records
        assert run_fleet(out, endpoint.url, records) == 0
        counts = count_visits(endpoint.read_visits(), records)
        assert run_alone(tmp_path / "alone", endpoint.url, records) == 0
    assert set(counts.values()) == {1}
    assert read_files(out) == read_files(tmp_path / "alone")


def test_a_run_begun_alone_goes_on_in_a_cluster_and_back(tmp_path: Path) -> None:
    mixed, records = tmp_path / "mixed", 90
    with serve("--watched") as endpoint:
        assert run_alone(mixed, endpoint.url, records, "--max-requests", "30") == 1
        flags = ("--shard-size", "20", "--max-requests", "30")
        assert run_fleet(mixed, endpoint.url, records, *flags) == 1
        assert endpoint.count("visits") == 60  # a limit of requests holds over all workers
        assert run_alone(mixed, endpoint.url, records) == 0
        assert endpoint.count("visits") == records
        assert run_alone(tmp_path / "alone", endpoint.url, records) == 0
    assert read_files(mixed) == read_files(tmp_path / "alone")


def test_rejected_replies_are_asked_for_again_as_in_a_run_of_one_process(tmp_path: Path) -> None:
    flags = ("--repair", "1", "--candidates", "2")
    with serve("--spoil=empty=0.3") as endpoint:
        assert run_fleet(tmp_path / "fleet", endpoint.url, 30, *flags, "--shard-size", "20") == 0
        assert run_alone(tmp_path / "alone", endpoint.url, 30, *flags) == 0
        # Asked once more, after a start that has ended: what was said before comes along.
        retry = ("--retry", "rejected")
        assert run_fleet(tmp_path / "fleet", endpoint.url, 30, *flags, *retry) == 0
        assert run_alone(tmp_path / "alone", endpoint.url, 30, *flags, *retry) == 0
    rounds = []
    for name in ("fleet", "alone"):
        with RunStore(tmp_path / name) as store:
            rounds.append([answer.round for _, group in store.iterate() for answer in group])
    assert rounds[0] == rounds[1]
    assert {0, 1, 2} <= set(rounds[0])
    assert read_files(tmp_path / "fleet") == read_files(tmp_path / "alone")


def test_a_limit_of_requests_a_minute_is_shared(tmp_path: Path) -> None:
    """The endpoint's bucket holds a minute's worth, so that half a minute's load refuses nothing."""
    with serve("--watched", "--requests-per-minute=600") as endpoint:
        flags = ("--requests-per-minute", "600", "--shard-size", "15", "--ray-workers", "4")
        assert run_fleet(tmp_path, endpoint.url, 60, *flags) == 0
        visits = endpoint.read_visits()
    assert len(visits) == 60
    came = sorted(visit.came for visit in visits)
    # Ten a second but for what workers may hold at the start, which takes four seconds and more; a
    # slow machine takes longer, four workers without a common pace would take a fraction of it.
    assert came[-1] - came[0] > 3.5


def test_max_cost_holds_over_all_workers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = ("--price-input=1", "--price-output=4", "--max-cost=0.1", "--shard-size=20")
    with serve("--latency=0.1") as endpoint:
        assert run_fleet(tmp_path, endpoint.url, 90, *prices, "--concurrency=8") == 1
    assert "Stopped at --max-cost" in capsys.readouterr().out
    with RunStore(tmp_path) as store:
        spent = cost(store.sum_usage(), Price(1.0, None, 4.0, "as given"))
    assert 0.08 < spent <= 0.1  # what is left is less than a request may cost, or little more


def test_an_endpoint_that_refuses_all_ends_the_run_with_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_KEY", "sk-not-the-right-one")
    with _serve("--api-key-env", "OTHER_KEY") as url:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-key-value")
        assert run_fleet(tmp_path, url, 30) == 1
    error = capfd.readouterr().err
    assert "check the API key" in error
    assert error.count("\n") == 1
    assert "sk-wrong-key-value" not in error
    texts = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"sk-wrong-key-value" in text for text in texts)


def test_the_key_reaches_workers_and_is_in_no_file(
    tmp_path: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster was started without it, so that the ledger has to hand it on."""
    key = "sk-only-the-driver-has-it"
    monkeypatch.setenv("OTHER_KEY", key)
    with _serve("--api-key-env", "OTHER_KEY") as url:
        monkeypatch.setenv("OPENAI_API_KEY", key)
        assert run_fleet(tmp_path, url, 20) == 0
    files = [*tmp_path.rglob("*"), *here.session.rglob("*")]
    assert len(files) > 20
    assert not [path for path in files if path.is_file() and key.encode() in path.read_bytes()]


def test_what_is_on_shared_storage_makes_a_lost_run_folder_anew(tmp_path: Path) -> None:
    shared = f"file://{tmp_path / 'shared'}"
    assert run_fleet(tmp_path / "first", None, 45, "--shared", shared) == 0
    assert run_fleet(tmp_path / "second", None, 45, "--shared", shared) == 0
    assert read_files(tmp_path / "second") == read_files(tmp_path / "first")
    assert sorted(path.name for path in (tmp_path / "shared").iterdir()) == ["0001"]
    with RunStore(tmp_path / "second") as store:
        assert store.count_answers() == 45
