"""The order of the stages; the only room that knows it.

job.py       settings -> what is read and planned, requests
folder.py    the run folder, its lock and its settings
names.py     which response types and reason codes settings may name
clients.py   whom to ask: the offline writer, an endpoint, a model on this machine
asking.py    the paid half: asks what the store does not hold yet
building.py  the free half: the data set, a pure function of the store and its reviews
ruling.py    what reviewers decided about it
checking.py  a finished file, whoever made it
"""

from datagen.pipeline.asking import Asking, Progress
from datagen.pipeline.building import (
    ARRAY_FILE,
    DATASET_FILE,
    REJECTED_FILE,
    REPORT_FILE,
    SCORES_FILE,
    DatasetBuilder,
    build_dataset,
)
from datagen.pipeline.checking import (
    CheckedRecord,
    ImageIndex,
    check_file,
    count_balance,
    describe_checked,
    describe_claims,
)
from datagen.pipeline.estimating import (
    Estimator,
    Forecast,
    add_up,
    find_run_price,
    forecast,
    make_estimator,
    sum_cost,
)
from datagen.pipeline.folder import open_run
from datagen.pipeline.job import Job, prepare_job, read_source
from datagen.pipeline.judging import can_ground, make_rules
from datagen.pipeline.names import list_known_types, refuse_unknown_types
from datagen.pipeline.ordering import InOrder

__all__ = [
    "ARRAY_FILE",
    "DATASET_FILE",
    "REJECTED_FILE",
    "REPORT_FILE",
    "SCORES_FILE",
    "Asking",
    "CheckedRecord",
    "DatasetBuilder",
    "Estimator",
    "Forecast",
    "ImageIndex",
    "InOrder",
    "Job",
    "Progress",
    "add_up",
    "build_dataset",
    "can_ground",
    "check_file",
    "count_balance",
    "describe_checked",
    "describe_claims",
    "find_run_price",
    "forecast",
    "list_known_types",
    "make_estimator",
    "make_rules",
    "open_run",
    "prepare_job",
    "read_source",
    "refuse_unknown_types",
    "sum_cost",
]
