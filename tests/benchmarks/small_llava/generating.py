"""COCO files of the small world -> instruction data, through the product's own pipeline."""

import asyncio
from pathlib import Path

from datagen import pipeline
from datagen.config import RunSettings, make_settings
from tests.benchmarks.small_llava.quiz import SmallWriter
from tests.benchmarks.small_llava.scenes import make_scene, write_scenes

PROMPTS = Path(__file__).with_name("prompts")


def generate_set(folder: Path, *, seed: int, first: int, scenes: int, records: int) -> Path:
    """Draw scenes into `folder/scenes`, write records about them into `folder/run`.

    What is there already from an earlier call is taken as it is.

    Args:
        folder: for all of it.
        seed: of the scenes; the same seed with other ids gives other scenes.
        first: id of the first scene.
        scenes: how many.
        records: how many, in the shares of the prompt folder.

    Returns:
        The data set, a JSONL file.
    """
    source, dataset = folder / "scenes", folder / "run" / pipeline.DATASET_FILE
    if dataset.is_file():
        return dataset
    write_scenes(source, [make_scene(seed, first + place) for place in range(scenes)])
    settings = make_settings(
        {
            "captions": source / "captions.json",
            "instances": source / "instances.json",
            "images": source / "images",
            "prompts": PROMPTS,
            "records": records,
            "offline": True,
            "workers": 1,
        }
    )
    asyncio.run(_generate(settings, folder / "run"))
    return dataset


async def _generate(settings: RunSettings, run: Path) -> None:
    job = pipeline.prepare_job(settings)
    with pipeline.open_run(run, job):
        progress = pipeline.Progress(job.count_wanted())
        await pipeline.Asking(job, SmallWriter(), run, progress).run()
    pipeline.build_dataset(run, settings)
