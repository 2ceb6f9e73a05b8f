"""A small world of plugins, and a root schema as the experiment's floor has one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal

import pytest

from vierbein.config.compose import Composition, compose
from vierbein.registry.installed import Registry, installed


@dataclass
class Training:
    learning_rate: float = 1e-3
    steps: int = 200
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass
class Source:
    dataset: Any = None
    adapter: Any = None


@dataclass
class Also:
    adapter: Any = None
    margin: float = 0.01


@dataclass
class Compare:
    sizes: list[int] = field(default_factory=lambda: [100, 1000])
    margin: float | None = None
    smaller_twin: Any = None


@dataclass
class Root:
    seed: int = 0
    device: Literal["cpu", "cuda"] = "cpu"
    note: str = ""
    training: Training = field(default_factory=Training)
    source: Source = field(default_factory=Source)
    also: dict[str, Also] = field(default_factory=dict)
    compare: Compare = field(default_factory=Compare)


LAB = '''
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal


    class Keeps:
        """Keeps what it was given."""


    class ParticleTransformer:
        def __init__(self, schema: object, width: int = 32, size: Literal["tiny", "small"] = "tiny",
                     dropout: float = 0.0) -> None:
            if width % 8:
                raise ValueError(f"width {width} is not a multiple of 8")
            self.given = {"schema": schema, "width": width, "size": size, "dropout": dropout}


    class LorentzNet:
        def __init__(self, schema: object, num_blocks: int = 2) -> None:
            self.given = {"num_blocks": num_blocks / 0}


    class Lora:
        def __init__(self, rank: int = 4, alpha: float = 8.0, sites: Sequence[str] = ("qkv",)):
            self.given = {"rank": rank, "alpha": alpha, "sites": sites}


    class BitFit:
        def __init__(self) -> None:
            self.given = {}


    class Ood:
        def __init__(self, false_alarm_rate: float = 0.01) -> None:
            self.given = {"false_alarm_rate": false_alarm_rate}


    class JetSample:
        def __init__(self, domain: Literal["cms", "atlas", "calo"] = "cms") -> None:
            self.given = {"domain": domain}


    class Root:
        """Files.

        Parameters
        ----------
        path
            The file of events.
        """

        def __init__(self, path: Path, columns: dict[str, dict[str, str]] = {},
                     entries: int | None = None, scale: dict[str, float] = {},
                     runs: list[int] = [], cut: float | str = "none") -> None:
            self.given = {"path": path, "columns": columns, "entries": entries, "scale": scale,
                          "runs": runs, "cut": cut}


    class Jets:
        def __init__(self, max_particles: int = 64, window: tuple[float, float] = (500.0, 700.0)):
            self.given = {"max_particles": max_particles, "window": window}


    class Prune:
        def __init__(self, keep: float = 0.5) -> None:
            self.given = {"keep": keep}
'''

QUICKSTART = """
    # @package _global_
    defaults:
      - /dataset@source.dataset: jet_sample
      - /adapter@also.calo.adapter: jets_calo
      - override /backbone: particle_transformer
      - override /dataset: jet_sample
      - override /tuner: [bitfit, lora]
      - _self_
    backbone: {width: 64}
    dataset: {domain: atlas}
    tuner: {lora: {rank: 2}}
    training: {steps: "${compare.sizes[0]}"}
    note: quick
"""


@pytest.fixture
def plugins(fake_distribution: Callable[..., Path]) -> Registry:
    """Two plugins that both offer `backbone=lorentz_net`."""
    kinds = {
        "backbone": {"particle_transformer": "ParticleTransformer", "lorentz_net": "LorentzNet"},
        "tuner": {"lora": "Lora", "bitfit": "BitFit", "full": "BitFit"},
        "safeguard": {"ood": "Ood"},
        "dataset": {"jet_sample": "JetSample", "root": "Root"},
        "adapter": {"jets_cms": "Jets", "jets_calo": "Jets"},
        "compressor": {"prune": "Prune", "quantise": "Prune"},
    }
    targets = {
        kind: {name: f"fake_lab:{target}" for name, target in names.items()}
        for kind, names in kinds.items()
    }
    files = {
        "fake_lab/__init__.py": LAB,
        "fake_lab/conf/experiment/quickstart.yaml": QUICKSTART,
        "fake_lab/conf/backbone/transformer_small.yaml": """
            defaults: [particle_transformer, _self_]
            size: small
            width: 128
        """,
        "fake_lab/conf/tuner/lora_wide.yaml": """
            defaults:
              - lora
              - _self_
            rank: 64
        """,
        "fake_lab/conf/compressor/small.yaml": """
            defaults:
              - prune
              - quantise
            prune: {keep: 0.25}
        """,
    }
    fake_distribution("fake-lab", targets, files)
    other = {"backbone": {"lorentz_net": "fake_other:Net"}}
    source = """
        class Net:
            def __init__(self, schema: object, order: int = 1) -> None:
                self.order = order
    """
    site = fake_distribution("fake-other", other, {"fake_other.py": source})
    return installed({}, path=[str(site)])


@pytest.fixture
def composed(plugins: Registry, tmp_path: Path) -> Callable[..., Composition]:
    """Compose from overrides in one text or a list, with `conf` below the temporary folder."""

    def run(overrides: str | list[str] = "") -> Composition:
        words = overrides.split() if isinstance(overrides, str) else overrides
        return compose(Root, words, registry=plugins, folder=tmp_path)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file below the working folder."""

    def run(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    return run
