"""An installable distribution around a bundle."""

import json
import re
from pathlib import Path
from typing import Final

import vierbein
from vierbein.errors.bundles import BundleNameError
from vierbein.experiment.bundle_network import components_of
from vierbein.registry.installed import Registry
from vierbein.storage.atomic import new_folder
from vierbein.storage.bundle import README, Bundle
from vierbein.storage.bundle_folder import SUFFIX

_SPDX: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_PYPROJECT: Final = """\
[build-system]
requires = ["flit_core>=3.9,<4"]
build-backend = "flit_core.buildapi"

[project]
name = {name}
version = {version}
description = {description}
readme = "README.md"
{licence}requires-python = ">=3.11"
dependencies = [
{dependencies}]

[project.entry-points."vierbein.v1.adapter"]
{word} = "{package}.{word}:{noun}"

[tool.flit.module]
name = "{package}"
"""
_MODULE: Final = '''\
"""The adapter {word}: the bundle beside this file, which is data."""

from pathlib import Path

from vierbein.interfaces.bundled import Bundled


class {noun}(Bundled):
    """The bundle {word}, for the detector domain {domain}."""

    def __init__(self) -> None:
        super().__init__(str(Path(__file__).with_name("{word}.vbn")))
'''
"""What a plugin's author would write: the bundle is found by the same door as any adapter."""


def write_package(bundle: Bundle, folder: Path, registry: Registry, version: str = "0.1.0") -> Path:
    """Write a distribution whose only content is a bundle and the class that names it.

    Parameters
    ----------
    bundle
        Goes in as it is, with its signature.
    folder
        Where the distribution's folder will be.
    registry
        Tells which distributions the bundle's components come from, and their versions.
    version
        Of the new distribution.

    Returns
    -------
    Path
        The distribution's folder, named as the distribution: `pip install` takes it.

    Raises
    ------
    BundleNameError
        If the folder is there already.
    """
    distribution, package = f"vierbein-adapter-{bundle.name}", f"vierbein_adapter_{bundle.name}"
    target = folder / distribution.replace("_", "-")
    if target.exists():
        raise BundleNameError(bundle.name, f"{target} is there already", "Name another folder:  -o")
    noun = "".join(word.capitalize() for word in bundle.name.split("_") if word)
    licence = bundle.card["licence"]
    needs = {c.distribution: f">={c.version}" for c in components_of(bundle, registry)}
    needs["vierbein"] = f"~={vierbein.__version__}"
    filled = _PYPROJECT.format(
        name=json.dumps(target.name),
        version=json.dumps(version),
        description=json.dumps(f"A vierbein adapter for {_plain(bundle.mapping.domain)}"),
        licence=f"license = {json.dumps(licence)}\n" if _SPDX.fullmatch(licence) else "",
        dependencies="".join(f'    "{n}{v}",\n' for n, v in sorted(needs.items())),
        word=bundle.name,
        package=package,
        noun=noun,
    )
    module = _MODULE.format(word=bundle.name, noun=noun, domain=_plain(bundle.mapping.domain))
    with new_folder(target) as new:
        source = new / "src" / package
        source.mkdir(parents=True)
        (new / "pyproject.toml").write_text(filled, encoding="utf-8")
        (new / "README.md").write_bytes(bundle.files[README])
        (source / "__init__.py").write_text(
            f'"""The adapter {bundle.name}."""\n\n__version__ = {json.dumps(version)}\n'
        )
        (source / f"{bundle.name}.py").write_text(module, encoding="utf-8")
        (source / f"{bundle.name}{SUFFIX}").write_bytes(bundle.to_bytes())
    return target


def _plain(text: str) -> str:
    """Keep of a stranger's text what is safe inside a docstring."""
    return re.sub(r"[^\w .,:+-]", "", text)
