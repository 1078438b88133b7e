from pathlib import Path

import pytest
import torch

from tastemaker.balancing.config import BalancingConfig
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import collate
from tastemaker.tasks import TASKS
from tastemaker.training.config import TrainingConfig
from tastemaker.training.look import Look
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.mixture import TaskGroup
from tastemaker.training.watch import Silent
from tests.conftest import new_model


@pytest.mark.parametrize("is_training", [True, False])
def test_states_are_read_without_dropout_and_the_mode_stays(shop: Dataset, is_training: bool) -> None:
    model = new_model(shop, dropout=0.5)
    network = model.network.train(is_training)
    batch = collate(TaskGroup((TASKS["next_item"](),)).rows(shop, Split.VALIDATION, model.layout))
    look = Look.at(network, [batch])
    assert network.training == is_training
    with torch.no_grad():
        vectors = network.eval().item_vectors()
        ((read, states),) = look
        assert torch.equal(states, network(batch, vectors))
    assert torch.equal(look.vectors, vectors)
    assert torch.equal(read.items, batch.items)
    assert not states.requires_grad


def test_a_look_at_all_tasks_reads_every_batch_once(shop: Dataset, tmp_path: Path) -> None:
    tasks = {name: task() for name, task in TASKS.items()}
    config = TrainingConfig(validation_examples=8, max_steps=1, token_budget=700, fit_examples=0)
    job = Job(shop, tasks, new_model(shop), config, BalancingConfig("fixed"), tmp_path)
    trainer, in_training = Trainer(job, Silent(), torch.device("cpu")), list[bool]()
    trainer.network.register_forward_hook(lambda network, *_: in_training.append(network.training))
    trainer.run(resume=False)
    best = 1 + (trainer.stopping.best_step > 0)
    read = 2 * len(trainer.validation.batches) + best * len(trainer.validation.short)
    assert in_training.count(False) == read, "before the first step and after the last, cut ones where it is the best"
