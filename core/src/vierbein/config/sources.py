"""What Hydra composes from: our files and components, served by one ConfigSource."""

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf

from vierbein.config.choices import with_members, without_leftovers
from vierbein.config.explain import missing
from vierbein.config.files import read
from vierbein.config.library import Library
from vierbein.config.plain import ABSENT, COMPONENT, defaults, plain
from vierbein.config.sets import home, inside
from vierbein.config.unfold import choices, require_few, target
from vierbein.registry.component import Component
from vierbein.registry.kinds import MULTI
from vierbein.registry.setting import REQUIRED
from vierbein.storage.bundle_folder import SUFFIX, locate

SCHEME: Final = "vierbein"
ROOT: Final = "vierbein"
"""Name of the primary configuration: the schema's defaults, and a place for every kind."""

_open: Final[ContextVar[Library]] = ContextVar("library")


class VierbeinSource(ConfigSource):
    """Serves the library that is open: Hydra makes a source from a scheme and a path alone."""

    @staticmethod
    def scheme() -> str:
        """Name the scheme of our entry in a search path."""
        return SCHEME

    def available(self) -> bool:
        """Say that there is something here."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Tell whether something can be chosen from a path."""
        return _open.get().is_group(config_path)

    def is_config(self, config_path: str) -> bool:
        """Tell whether a path leads to a file or a component."""
        return config_path == ROOT or _is_there(config_path, _open.get())

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:  # noqa: ARG002
        """List what a group offers."""
        return _open.get().names(config_path)

    def load_config(self, config_path: str) -> ConfigResult:
        """Give what a path stands for, and where it goes."""
        library, (group, _, name) = _open.get(), config_path.partition("/")
        header, content = None, None
        if config_path == ROOT:
            content = _root(library)
        elif (bundle := library.bundle(config_path)) is not None:
            content = _bundled(library, bundle)
        elif isinstance(found := library.find(config_path), Component):
            content = _settings(library, found)
        elif isinstance(found, Path):
            document = library.documents[config_path] = read(found)
            require_few(config_path, library)
            header, content = document.package, document.content
            if inside(library, group, name) is not None:
                content = {**content, "defaults": []}  # its members stand beside it in a list
            elif "_global_" in (header, library.home(group, name)):
                content = with_members(without_leftovers(content, library), library)
                content = _whole_names(content, library)
                _require_whole_names(config_path, library)
            elif group in library.groups:
                content = _preset(content, group)
        if content is None:
            raise ConfigLoadError(config_path)
        package = home(library, group, name) or header
        return ConfigResult(SCHEME, self.path, OmegaConf.create(content), {"package": package})


def _is_there(path: str, library: Library) -> bool:
    return library.bundle(path) is not None or library.find(path) is not None


def _root(library: Library) -> dict[str, Any]:
    groups: list[Any] = [{group: [] if group in MULTI else None} for group in library.groups]
    return {"defaults": ["_self_", *groups], **defaults(library.schema)}


def _settings(library: Library, component: Component) -> dict[str, Any]:
    settings = {
        setting.name: ABSENT if setting.default is REQUIRED else plain(setting.default)
        for setting in library.registry.settings(component)
    }
    return {COMPONENT: f"{component.kind}/{component.qualified}", **settings}


def _bundled(library: Library, asked: str) -> dict[str, Any]:
    """Give the settings of the adapter that a bundle holds; the bundle is data, and read whole."""
    from vierbein.storage.bundle import Bundle  # noqa: PLC0415 - torch, only where there is a bundle

    path = str(library.folder / asked) if asked.endswith(SUFFIX) else asked
    bundle = Bundle.read(locate(path))
    if (own := bundle.adapter["component"]) is not None:
        return {COMPONENT: own["component"], **own["settings"]}
    bundled = library.registry.find("adapter", "vierbein/bundled")
    return {**_settings(library, bundled), "path": asked, "sha256": bundle.sha256}


def _whole_names(content: dict[str, Any], library: Library) -> dict[str, Any]:
    """Make `/backbone: lab/xyz` a list: Hydra 1.4 would look for xyz in a group backbone/lab."""
    entries = [
        {
            key: [value]
            if isinstance(value, str) and "/" in value and target(key)[0] in library.groups
            else value
            for key, value in entry.items()
        }
        if isinstance(entry, dict)
        else entry
        for entry in content.get("defaults", [])
    ]
    return {**content, "defaults": entries}


def _require_whole_names(config_path: str, library: Library) -> None:
    """Look for what the lists of `_whole_names` name: Hydra trips over one that is not there."""
    for each in choices(config_path, library.documents[config_path]):
        path, place = f"{each.group}/{each.name}", each.package.removeprefix("_global_.")
        counts = library.chosen.get(place or each.group) == [each.name]
        if counts and "/" in each.name and not _is_there(path, library):
            raise missing(path, library)


def _preset(content: dict[str, Any], group: str) -> dict[str, Any]:
    """Let a preset's component stand where the preset stands, under the preset's name."""
    entries = [
        f"/{group}/{entry.removesuffix('@_here_')}@_here_"
        if isinstance(entry, str) and entry != "_self_" and entry[0] != "/"
        else entry
        for entry in content.get("defaults", [])
    ]
    return {**content, "defaults": entries}


@contextmanager
def opened(library: Library) -> Iterator[ConfigLoaderImpl]:
    """Let Hydra's composer work on a library, and on what `guest` leaves in its store.

    The composer itself is used rather than `hydra.compose`: that goes through `GlobalHydra`, which
    a surrounding program may need, and lets every `hydra_plugins` package add to the search path.
    """
    Plugins.instance().register(VierbeinSource)
    path = ConfigSearchPathImpl()
    path.append("main", f"{SCHEME}://")
    path.append("schema", "structured://")
    token = _open.set(library)
    try:
        yield ConfigLoaderImpl(path)
    finally:
        _open.reset(token)
