import errno
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.bands import BandTable, SeenDigests
from datagen.errors import FileError

KEYS = st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3)


@settings(deadline=None)  # it makes temporary files
@given(st.lists(KEYS, max_size=30), KEYS)
def test_every_thing_that_shares_a_key_is_found(things: list[list[int]], wanted: list[int]) -> None:
    table = BandTable(list[int], bands=3, slots=1 << 10, sharing=100)
    for keys in things:
        table.add(keys, keys)
    for keys in things:
        if any(one == other for one, other in zip(keys, wanted, strict=True)):
            assert keys in list(table.find(wanted))


def test_a_thing_found_by_several_keys_comes_once() -> None:
    table = BandTable(str, bands=2, slots=8)
    table.add([1, 2], "one")
    assert list(table.find([1, 2])) == ["one"]


def test_the_same_key_in_another_band_is_another_key() -> None:
    table = BandTable(str, bands=2, slots=8)
    table.add([1, 2], "one")
    assert list(table.find([2, 1])) == []


def test_of_many_things_with_one_key_the_newest_are_found_first_and_no_others() -> None:
    table = BandTable(int, slots=8, sharing=3)
    for number in range(10):
        table.add([5], number)
    assert list(table.find([5])) == [9, 8, 7]


@settings(deadline=None)  # it makes temporary files
@given(st.lists(st.binary(max_size=3000), max_size=12))
def test_things_of_any_length_come_back_as_they_were(things: list[bytes]) -> None:
    table = BandTable(bytes, slots=4)
    for thing in things:
        table.add([0], thing)
    assert list(table.find([0])) == things[::-1]


def test_a_full_disk_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def fileno(self) -> int:
            return 0

        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", Full)
    with pytest.raises(FileError, match=r"No space left on device; free some space.* TMPDIR"):
        BandTable(int).add([1], 1)


@pytest.mark.parametrize("text", ["", "A dog.", "\ud800"])
def test_a_text_is_known_from_the_second_time_on(text: str) -> None:
    seen = SeenDigests()
    assert [seen.add(text), seen.add("another"), seen.add(text)] == [False, False, True]
