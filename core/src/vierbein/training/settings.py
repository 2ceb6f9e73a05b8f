"""Settings of the training loop."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class TrainingSettings:
    """How every network of a run is trained.

    Parameters
    ----------
    batch_size
        Events a step; fewer where there are fewer events.
    learning_rate
        Peak rate of networks that start at random; a tuner brings its own.
    warmup
        Share of the steps over which the rate rises; it falls along a cosine afterwards.
    weight_decay
        Of AdamW, on tensors with two or more axes.
    clip
        Largest norm of the gradient.
    looks
        Evaluations on the validation events during a training.
    patience
        Looks without a better validation loss after which a training stops; 0 never stops early.
    precision
        Lightning Fabric's name for it: 32-true, or bf16-mixed, in which matrices are multiplied in
        bf16 while parameters, losses and looks keep 32 bits.
    device
        cpu, cuda, or auto.
    threads
        Threads of one training: one gives the same figures on every number of cores.
    checkpoint_every
        Steps between checkpoints of a training that may be resumed.
    """

    batch_size: int = 128
    learning_rate: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    looks: int = 10
    patience: int = 0
    precision: str = "32-true"
    device: str = "cpu"
    threads: int = 1
    checkpoint_every: int = 500

    def stretched(self, by: float) -> Self:
        """Give the settings of a training that is longer by a factor.

        It is looked at as often, in steps, and has as large a share of its steps to find something
        better: with rarer looks a small sample's best moment would pass unseen.

        Parameters
        ----------
        by
            Its steps over the usual ones; at most 1 changes nothing.

        Returns
        -------
        TrainingSettings
            With more looks, and more of them to be patient for.

        Examples
        --------
        >>> longer = TrainingSettings(looks=10, patience=2).stretched(3.0)
        >>> longer.looks, longer.patience
        (30, 6)
        """
        by = max(1.0, by)
        return replace(self, looks=round(by * self.looks), patience=round(by * self.patience))
