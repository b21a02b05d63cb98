"""The requests of a run as they go over the wire, without a run: for the plain loop and the kills.

python -m tests.benchmarks.rendering --records 2000 --out bodies.jsonl
"""

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from datagen.config import make_settings
from datagen.llm.completions import write_body
from datagen.pipeline import prepare_job
from datagen.pipeline.asking import Task
from datagen.pipeline.job import RequestMaker
from tests.benchmarks.processes import MODEL, SAMPLES


@dataclass(frozen=True, slots=True)
class Rendered:
    """One request: the id of its record, its key in the run store, its body."""

    id: str
    key: bytes
    body: bytes

    @property
    def digest(self) -> str:
        """What a journal knows it by."""
        return hashlib.sha256(self.body).hexdigest()


def render_requests(records: int) -> Iterator[Rendered]:
    """The requests of a run on the samples, in the order of the plan."""
    files = {"captions": SAMPLES / "captions.json", "instances": SAMPLES / "instances.json"}
    job = prepare_job(make_settings({**files, "records": records, "model": MODEL}))
    maker = RequestMaker(job)
    for item in job.items:
        request, prompt = maker.make(item)
        seed = Task(request, prompt, candidate=0).seed()
        body = write_body(MODEL, replace(prompt, seed=seed), {})
        yield Rendered(item.id, request.key, body)


def main() -> None:
    """Write one body a line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rendering")
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with given.out.open("wb") as file:
        for rendered in render_requests(given.records):
            file.write(rendered.body + b"\n")


if __name__ == "__main__":
    main()
