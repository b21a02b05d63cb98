"""The proof runs from nothing to its table, in small; what it measures so is no claim."""

import re
from pathlib import Path

import pytest

from tests.benchmarks.small_llava.__main__ import main


@pytest.mark.slow
def test_the_proof_trains_plants_and_estimates_and_keeps_its_checkpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--keep", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    for case in ("loss, instruction", "answers, 'how many'", "AUC, claim", "defects of a set"):
        assert case in table
    shares = [int(share) for share in re.findall(r"right (\d+)%", table)]
    assert len(shares) == 8
    assert (tmp_path / "llava" / "model.safetensors").is_file()
    assert (tmp_path / "clip" / "model.safetensors").is_file()
