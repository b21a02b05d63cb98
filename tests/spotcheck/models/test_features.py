from pathlib import Path
from typing import Any

from datagen.spotcheck.models import Unseen
from datagen.spotcheck.models.features import Features, Pixels

A, B, C = Path("a"), Path("b"), Path("c")


class Embedding:
    """Takes ten bytes."""

    nbytes = 10

    def __init__(self, of: object) -> None:
        self.of = of


class Tower:
    """Notes what is loaded and embedded."""

    def __init__(self) -> None:
        self.loaded: list[Path | None] = []
        self.embedded: list[list[Any]] = []

    def load(self, picture: Path | None) -> Pixels | Unseen:
        self.loaded.append(picture)
        return Unseen("Gone.") if picture == C else {"pixel_values": picture}

    def embed(self, pixels: list[Pixels]) -> list[Any]:
        self.embedded.append([given["pixel_values"] for given in pixels])
        return [Embedding(given["pixel_values"]) for given in pixels]


def make(kept_bytes: int = 100) -> tuple[Tower, Features]:
    tower = Tower()
    return tower, Features(tower.load, tower.embed, kept_bytes=kept_bytes)


def test_each_picture_is_embedded_once() -> None:
    tower, features = make()
    for wanted in ([A, B, A], [B, None], [A, B, None]):
        found = features.find(wanted, features.prepare(wanted))
        assert all(found[picture].of == picture for picture in wanted)
    assert tower.embedded == [[A, B], [None]]
    assert sorted(map(str, tower.loaded)) == ["None", "a", "b"]


def test_what_cannot_be_seen_is_not_embedded() -> None:
    tower, features = make()
    assert features.find([C], features.prepare([C])) == {C: Unseen("Gone.")}
    assert tower.embedded == []


def test_the_least_recently_used_is_thrown_out_first() -> None:
    tower, features = make(kept_bytes=20)
    for picture in (A, B, A, None, A, B):
        features.find([picture], features.prepare([picture]))
    assert tower.embedded == [[A], [B], [None], [B]]


def test_what_was_thrown_out_after_it_was_prepared_is_loaded_again() -> None:
    _, features = make(kept_bytes=10)
    features.find([A], features.prepare([A]))
    prepared = features.prepare([A])  # nothing: it is known
    features.find([B], features.prepare([B]))
    assert features.find([A], prepared)[A].of == A
