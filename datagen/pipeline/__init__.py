"""The order of the stages; the only room that knows it.

job.py       settings -> what is read and planned, requests
folder.py    the run folder, its lock and its settings
asking.py    the paid half: asks what the store does not hold yet
building.py  the free half: the data set, a pure function of the store
"""

from datagen.pipeline.asking import Asking, Progress
from datagen.pipeline.building import (
    ARRAY_FILE,
    DATASET_FILE,
    REJECTED_FILE,
    REPORT_FILE,
    build_dataset,
)
from datagen.pipeline.folder import open_run
from datagen.pipeline.job import Job, measure_prompts, prepare_job, read_source

__all__ = [
    "ARRAY_FILE",
    "DATASET_FILE",
    "REJECTED_FILE",
    "REPORT_FILE",
    "Asking",
    "Job",
    "Progress",
    "build_dataset",
    "measure_prompts",
    "open_run",
    "prepare_job",
    "read_source",
]
