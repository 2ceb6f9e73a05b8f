"""The one training loop, on Lightning Fabric."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from vierbein.interfaces.course import Course
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget, Fit, Loss, Point, TrainingEvents
from vierbein.training.checkpoint import Progress, read_checkpoint, write_checkpoint
from vierbein.training.evaluate import losses, mean_loss
from vierbein.training.flops import Flops, count
from vierbein.training.order import Order, seed_step
from vierbein.training.pace import Pace
from vierbein.training.rehearsal import Rehearsal, replayed
from vierbein.training.schedule import rate
from vierbein.training.settings import TrainingSettings

Watcher = Callable[[int, int, float], None]
"""Told after each step: steps done, steps in all, training loss."""


@dataclass(frozen=True)
class FabricTrainer:
    """Fits networks; implements the `Trainer` protocol.

    Parameters
    ----------
    settings
        Of the loop.
    seed
        Of the order of events and of each step's random numbers.
    checkpoint
        Where a long training keeps its state; without it, it cannot be resumed.
    watcher
        Told after each step, for progress bars and hooks.
    flops
        Of the network with all that learns, where several trials train the same one; counted if not
        given.
    """

    settings: TrainingSettings
    seed: int = 0
    checkpoint: Path | None = None
    watcher: Watcher | None = field(default=None, repr=False)
    flops: Flops | None = None

    def fit(
        self,
        network: Network,
        task: Loss,
        events: TrainingEvents,
        budget: Budget,
        course: Course | None = None,
    ) -> Fit:
        """Train within the budget, and leave the network at its best validation checkpoint."""
        return _Fitting(self, network, task, events, budget, course or Course()).run()


class _Fitting:
    def __init__(
        self,
        trainer: FabricTrainer,
        network: Network,
        task: Loss,
        events: TrainingEvents,
        budget: Budget,
        course: Course,
    ) -> None:
        settings = trainer.settings
        torch.set_num_threads(settings.threads)
        fabric = Fabric(accelerator=settings.device, devices=1, precision=settings.precision)  # type: ignore[arg-type]
        self.pace = Pace.of(network, course, settings.weight_decay)
        optimizer = torch.optim.AdamW(self.pace.groups, lr=budget.learning_rate, fused=True)
        self.trainer, self.settings, self.fabric = trainer, settings, fabric
        self.network, self.task, self.events, self.budget = network, task, events, budget
        self.penalty, self.flops = course.penalty, self._count()
        self.module, self.optimizer = fabric.setup(network, optimizer)
        self.order = Order(events.train.num_particles, settings.batch_size, trainer.seed)
        self.rehearsal = None
        if events.replay is not None:
            size = min(settings.batch_size, len(events.train))
            self.rehearsal = Rehearsal(events.replay, network, size, trainer.seed, fabric)
        self.weight_scale = len(events.train) / float(events.train.weights.sum())
        self.every = max(1, math.ceil(budget.steps / max(1, settings.looks)))

    def run(self) -> Fit:
        begun = time.perf_counter()
        best, progress = self._start()
        self.network.train()
        while progress.step < self.budget.steps and not self._is_out_of_patience(progress):
            loss, flops = self._step(progress.step)
            progress = replace(
                progress,
                step=progress.step + 1,
                running_loss=progress.running_loss + loss,
                flops=progress.flops + flops,
            )
            if self.trainer.watcher is not None:
                self.trainer.watcher(progress.step, self.budget.steps, loss)
            if not math.isfinite(loss):  # a diverged trial is judged at its best look so far
                break
            if progress.step % self.every == 0 or progress.step == self.budget.steps:
                seen = mean_loss(self.network, self.task, self.events.validation)
                if not math.isfinite(seen):
                    break
                best, progress = self._look(best, progress, seen)
            self._keep(best, progress)
        self.network.load_state_dict(best)
        self.network.eval()
        self.pace.release()
        seconds = time.perf_counter() - begun
        return Fit(
            best, progress.best_step, progress.history, progress.step, progress.flops, seconds
        )

    def _start(self) -> tuple[dict[str, Tensor], Progress]:
        path = self.trainer.checkpoint
        if path is not None and path.exists():
            return read_checkpoint(path, self.network, self.optimizer)
        loss = mean_loss(self.network, self.task, self.events.validation)
        start = Point(0, 0.0, None, loss)
        return _copy(self.network), Progress(0, 0, loss, (start,), 0.0, 0.0)

    def _step(self, step: int) -> tuple[float, float]:
        at = self.order.batch(step)
        batch = self.events.train.take(at).to(self.fabric.device)
        now = rate(step, self.budget.steps, self.budget.learning_rate, self.settings.warmup)
        self.pace.set(self.optimizer, now, step / self.budget.steps)
        seed_step(self.trainer.seed, step)
        each = losses(self.module, self.task, batch)
        loss = (each * batch.event_weight).mean() * self.weight_scale
        if (rehearsal := self.rehearsal) is not None:
            loss = torch.lerp(loss, rehearsal.loss(self.task, step), rehearsal.share)
        if self.penalty is not None:
            loss = loss + self.penalty()
        self.fabric.backward(loss)
        if self.settings.clip > 0:
            self.fabric.clip_gradients(
                self.module, self.optimizer, max_norm=self.settings.clip, error_if_nonfinite=False
            )
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.item(), self._spent(step)

    def _count(self) -> dict[tuple[bool, ...], tuple[Flops, ...]]:
        """Count the operations by what learns: frozen for now costs no gradient of its own."""
        steps, replay = self.budget.steps, self.events.replay
        counted = {}
        for learning in {self.pace.learning(step / steps) for step in range(steps)}:
            self.pace.freeze(learning)
            own = self.trainer.flops if all(learning) else None
            found = [own or count(self.network, self.task, self.events.train)]
            if replay is not None:
                found.append(count(replayed(replay, self.network), self.task, replay.events))
            counted[learning] = tuple(found)
        self.pace.release()
        return counted

    def _spent(self, step: int) -> float:
        flops = self.flops[self.pace.learning(step / self.budget.steps)]
        spent = flops[0].of_steps(self.events.train.num_particles[self.order.batch(step)])
        if self.rehearsal is not None:
            spent += flops[1].of_steps(self.rehearsal.num_particles(step))
        return spent

    def _look(
        self, best: dict[str, Tensor], progress: Progress, loss: float
    ) -> tuple[dict[str, Tensor], Progress]:
        since = progress.step - progress.history[-1].step
        point = Point(progress.step, progress.flops, progress.running_loss / since, loss)
        progress = replace(progress, history=(*progress.history, point), running_loss=0.0)
        if loss < progress.best_loss:
            best = _copy(self.network)
            progress = replace(progress, best_step=progress.step, best_loss=loss)
        return best, progress

    def _is_out_of_patience(self, progress: Progress) -> bool:
        if self.settings.patience == 0:
            return False
        since_best = sum(point.step > progress.best_step for point in progress.history)
        return since_best >= self.settings.patience

    def _keep(self, best: dict[str, Tensor], progress: Progress) -> None:
        path = self.trainer.checkpoint
        if path is not None and progress.step % self.settings.checkpoint_every == 0:
            write_checkpoint(path, self.network, self.optimizer, best, progress)


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
