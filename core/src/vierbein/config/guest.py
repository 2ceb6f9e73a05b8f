"""Use Hydra as a guest: neither see nor change what a surrounding Hydra program has set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import hydra
from hydra.conf import HydraConf
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.version import VersionBase, setbase
from omegaconf.basecontainer import BaseContainer

VERSION_BASE: Final = "1.3"
HAS_VERSION_BASE: Final = tuple(map(int, hydra.__version__.split(".")[:2])) < (1, 4)
HYDRAS_OWN: Final = ("hydra", "_dummy_empty_config_.yaml")
"""What Hydra itself keeps in its store; all else there belongs to the surrounding program."""

LEAN: Final = HydraConf(defaults=[{"launcher": None}, {"sweeper": None}])
"""Hydra's settings of itself without logging, help and output: nobody reads them here."""


@contextmanager
def guest() -> Iterator[None]:
    """Hide the surrounding program's stored configurations, resolvers and version base.

    No resolver stays, OmegaConf's own (`oc.env` ...) neither: each is a function that a shared
    configuration could call.
    """
    Plugins.instance()  # on first use it fills the store with Hydra's own configurations
    store, base = ConfigStore.instance(), VersionBase.instance()
    repo, resolvers, version_base = store.repo, BaseContainer._resolvers, base.version_base  # noqa: SLF001
    try:
        store.repo = {name: repo[name] for name in HYDRAS_OWN if name in repo}
        store.repo["hydra"] = {k: v for k, v in repo["hydra"].items() if k != "config.yaml"}
        store.store(group="hydra", name="config", node=LEAN, provider="hydra")
        BaseContainer._resolvers = {}  # noqa: SLF001
        if HAS_VERSION_BASE:
            setbase(VERSION_BASE)
        yield
    finally:
        store.repo, base.version_base = repo, version_base
        BaseContainer._resolvers = resolvers  # noqa: SLF001
