"""Train a small LLaVA and prove the spot-check's measures on it; prints one table.

    python -m tests.benchmarks.small_llava                  some twenty minutes
    python -m tests.benchmarks.small_llava --keep FOLDER    keeps the checkpoints there; a second
                                                            run with the same folder does not train
    python -m tests.benchmarks.small_llava --quick          in small, to see that it works

Exit code 1 when something is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.small_llava.proof import measure
from tests.benchmarks.table import describe_machine, is_met, render_table


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.small_llava")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="for all that is made")
    parser.add_argument("--quick", action="store_true", help="in small, to see that it works")
    given = parser.parse_args(arguments)
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="datagen-proof-") as spare:
        folder = given.keep or Path(spare)
        folder.mkdir(parents=True, exist_ok=True)
        rows = list(measure(folder, quick=given.quick, say=sys.stderr.write))
    sys.stdout.write(f"{machine}\n\n{render_table(rows)}\n")
    return 0 if is_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
