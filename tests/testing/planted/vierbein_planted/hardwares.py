"""A backend of whole numbers that is exact in every bit, and what can be wrong with it."""

import numpy as np

from vierbein.errors.base import VierbeinError
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.hardware import Artifact, Hardware, Level, Numerics, Probe
from vierbein.testing.small_network import SmallHead


class OtherLevelError(VierbeinError):
    """Another level than it offers."""

    def __init__(self, level):
        super().__init__(f"{level} is not offered.\n  There is csim.\n  Choose that.")


class Whole(Hardware):
    """Computes small networks in integers."""

    numerics = Numerics(is_exact=True)
    levels = (Level.CSIM,)

    def probe(self):
        return Probe(can_run=True, reason="", versions={"numpy": np.__version__})

    def check(self, network, example):
        return (
            [] if isinstance(network.head, SmallHead) else [f"head: {type(network.head).__name__}"]
        )

    def lower(self, network, example, folder):
        layers = {"entry": network.backbone.entry, "exit": network.backbone.exit}
        tensors = {
            f"{name}.{part}": getattr(layer, part).detach().numpy().astype(np.int64)
            for name, layer in {**layers, "head": network.head}.items()
            for part in ("weight", "bias")
        }
        np.savez(folder / "layers.npz", **tensors)
        return Artifact(folder, ("layers.npz",))

    def emulate(self, artifact, level, inputs):
        if level not in self.levels:
            raise OtherLevelError(level)
        with np.load(artifact.folder / artifact.files[0]) as layers:

            def linear(name, x):
                return x @ layers[f"{name}.weight"].T + layers[f"{name}.bias"]

            columns = np.concatenate([inputs["features"], inputs["p4"]], axis=-1).astype(np.int64)
            hidden = np.maximum(linear("entry", columns), 0)
            particles = linear("exit", hidden) * inputs["mask"][..., None]
            pooled = particles.sum(axis=1)
            found = {"particles": particles, "pooled": pooled, "prediction": linear("head", pooled)}
        return {name: values.astype(np.float32) for name, values in found.items()}

    def report(self, artifact, network, example):
        size = float((artifact.folder / artifact.files[0]).stat().st_size)
        return [Figure("size", size, size, size, "B", "measured")]


class OffByOneBit(Whole):
    """Rounds one number wrong, in the last place."""

    def emulate(self, artifact, level, inputs):
        found = super().emulate(artifact, level, inputs)
        flat = found["prediction"].reshape(-1)
        flat[0] = np.nextafter(flat[0], np.float32(np.inf))
        return found


class Stale(Whole):
    """Lowers the first network that it was given, for ever."""

    def lower(self, network, example, folder):
        if not hasattr(self, "first"):
            self.first = network
        return super().lower(self.first, example, folder)


class HeavyProbe(Whole):
    """Imports its program to see whether it is there."""

    def probe(self):
        import pandas as pd

        return Probe(can_run=True, reason="", versions={"pandas": pd.__version__})


class LosesFiles(Whole):
    """Writes a file that it does not name."""

    def lower(self, network, example, folder):
        (folder / "log.txt").write_text("done")
        return super().lower(network, example, folder)


class Guesses(Whole):
    """Calls an estimate what nobody knows."""

    def report(self, artifact, network, example):
        return [Figure("latency", 5.0, 5.0, 5.0, "ns", "hoped")]


class TakesAnything(Whole):
    """Finds nothing that it could not lower."""

    def check(self, network, example):
        return []


class AnyLevel(Whole):
    """Answers for levels that it does not have."""

    def emulate(self, artifact, level, inputs):
        return super().emulate(artifact, Level.CSIM, inputs)


class SpoilsTheNetwork(Whole):
    """Rounds the network that it was given."""

    def lower(self, network, example, folder):
        for parameter in network.parameters():
            parameter.data.add_(1)
        artifact = super().lower(network, example, folder)
        network.train()
        return artifact
