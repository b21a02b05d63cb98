"""Pipeline, the paid half by the Batch API: the same tasks and the same store, in files."""

from collections.abc import Iterator
from dataclasses import replace

from datagen.llm.batch.asker import BatchAsker
from datagen.llm.batch.lines import Ask, BatchResult
from datagen.pipeline.asking import Asking, Task
from datagen.pipeline.job import RequestMaker
from datagen.records import Item
from datagen.store import Answer, RunStore, StoreWriter


async def run_batches(asking: Asking, asker: BatchAsker, *, wait: bool) -> None:
    """Ask all that the store does not hold in batches; rejected replies again, in further ones.

    Args:
        asking: what is to be asked, and its limits.
        asker: of the same run folder.
        wait: stay until everything is answered; else hand in, collect what is ready, and return.

    Raises:
        EndpointError: nothing can go on before the user has done something; what came is kept.
        RunError: the run folder cannot be used.
    """
    for _ in range(asking.job.settings.repair + 1):
        asking.progress = replace(asking.progress, done=0, failed=0, resumed=0)
        wants_more = await _run_once(asking, asker, wait=wait)
        if not (wants_more and wait) or asking.stopped:
            return


async def _run_once(asking: Asking, asker: BatchAsker, *, wait: bool) -> bool:
    """One pass over the plan; whether rejected replies are to be asked for again."""
    wants_more = False
    maker = RequestMaker(asking.job)
    with (
        RunStore(asking.folder) as reading,
        RunStore(asking.folder, write=True) as writing,
    ):
        async with StoreWriter(writing, on_error=asker.stop) as writer:
            async for result in asker.run(_list_asks(asking, reading), wait=wait):
                task = _find_task(result, maker, asking, reading)
                answer = Answer(
                    result.reply, result.candidate, result.round, result.failure, task.feedback
                )
                writer.put(task.request, answer)
                asking.settle(asking.estimate(task), answer)
                wants_more |= asking.conclude(task, answer) is not None
    return wants_more


def _list_asks(asking: Asking, store: RunStore) -> Iterator[Ask]:
    for task in asking.list_todo(store):
        estimate = asking.estimate(task)
        if limit := asking.budget.name_limit(estimate):
            asking.stop(limit)
        if asking.stopped:
            return
        asking.budget.start(estimate)
        item = task.request.item
        tag = f"{item.image_id}\t{item.response_type}\t{item.index}"
        prompt = replace(task.prompt, seed=task.seed())
        yield Ask(task.request.key, prompt, tag, task.candidate, task.round)


def _find_task(result: BatchResult, maker: RequestMaker, asking: Asking, store: RunStore) -> Task:
    """The task that a result belongs to, made anew: tasks are not held while batches run."""
    image_id, response_type, index = result.tag.split("\t")
    request, prompt = maker.make(Item(image_id, response_type, int(index)))
    task = Task(request, prompt, result.candidate)
    answer = store.find_answer(request, result.candidate)
    return asking.plan_task(task, answer) or replace(task, round=result.round)
