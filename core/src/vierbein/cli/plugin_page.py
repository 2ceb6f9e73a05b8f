"""`vierbein plugins show`: the page of one component, or of a preset."""

import textwrap
from argparse import Namespace
from collections.abc import Mapping
from typing import Any, Final

from vierbein.cli.output import columns, print_json
from vierbein.errors.plugins import AmbiguousNameError, UnknownNameError
from vierbein.registry.component import Component
from vierbein.registry.conf import Preset
from vierbein.registry.installed import Registry
from vierbein.registry.kinds import MULTI, SPECIAL
from vierbein.registry.setting import REQUIRED, Setting

LONGEST: Final = 24
"""Characters of a default that the table still shows in its column."""


def show(registry: Registry, arguments: Namespace) -> int:
    """Show a component's settings, presets and origin; of a preset, what it stands for."""
    if found := _presets(registry, arguments.name):
        _show_preset(*found, is_json=arguments.json)
        return 0
    component = _pick(registry, arguments.name)
    settings = registry.settings(component)
    paragraph, place = registry.about(component)
    presets = {
        name: preset
        for name, preset in registry.presets(component.kind).items()
        if preset.builds_on(component)
    }
    if arguments.json:
        print_json(
            **component._asdict(),
            about=paragraph,
            place=place,
            settings=[_setting_json(setting) for setting in settings],
            presets={name: str(preset.path) for name, preset in presets.items()},
        )
        return 0
    kind, name = component.kind, registry.shortest(component)
    width = columns() or 100
    print(f"{kind}={name}   {component.distribution} {component.version}")
    print(textwrap.fill(paragraph, width, initial_indent="  ", subsequent_indent="  "))
    print(f"\n  class   {component.target}\n  source  {place}\n")
    _print_settings(settings, width)
    sets = presets.keys() & registry.sets(kind).keys()
    for title, those in (("Presets", presets.keys() - sets), ("In sets", sets)):
        if those:
            print(f"  {title}:  {'   '.join(f'{kind}={each}' for each in sorted(those))}\n")
    if kind not in SPECIAL:
        print(f"  In a run:  vierbein run experiment=NAME {kind}={name}{_example(kind, settings)}")
    return 0


def _presets(registry: Registry, asked: str) -> tuple[str, str, Preset] | None:
    """Find the preset that is asked for, unless a component or several presets go by the name."""
    kind, _, name = asked.rpartition("=")
    found = [
        (each, name, preset)
        for each in ([kind] if kind else registry.kinds())
        if name not in registry.names(each) and (preset := registry.presets(each).get(name))
    ]
    is_component = not kind and any(name in registry.names(each) for each in registry.kinds())
    return found[0] if len(found) == 1 and not is_component else None


def _show_preset(kind: str, name: str, preset: Preset, *, is_json: bool) -> None:
    if is_json:
        print_json(kind=kind, name=name, **preset._asdict(), members=preset.names)
        return
    print(f"{kind}={name}   {preset.distribution}")
    is_set = kind in MULTI and len(preset.names) > 1
    what = f"a set of the kind {kind}" if is_set else f"a preset of the kind {kind}"
    print(f"  {what}, which stands for: {', '.join(preset.names)}\n\n  file    {preset.path}\n")
    print(textwrap.indent(preset.path.read_text("utf-8").strip(), "    "))
    example = f" {kind}.{preset.names[0]}.SETTING=VALUE" if is_set else ""
    print(f"\n  In a run:  vierbein run experiment=NAME {kind}={name}{example}")


def _example(kind: str, settings: tuple[Setting, ...]) -> str:
    """Write overrides: every setting that must be given, else the first that is one word."""
    needed = [s for s in settings if s.default is REQUIRED]
    words = [s for s in settings if isinstance(s.default, str | int | float) and s.default != ""]
    return "".join(
        f" {kind}.{s.name}={'...' if s.default is REQUIRED else _value(s.default)}"
        for s in needed or words[:1]
    )


def _print_settings(settings: tuple[Setting, ...], width: int) -> None:
    if not settings:
        print("  It has no settings.\n")
        return
    rows = [("setting", "type", "default", "meaning")]
    for s in settings:
        default = _value(s.default)
        is_long = len(default) > LONGEST
        text = f"{s.meaning} Default: {default}" if is_long else s.meaning
        rows.append((s.name, _type(s), "(below)" if is_long else default, text))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    indent = sum(widths) + 3 * 3 + 2
    for *cells, text in rows:
        line = "   ".join(f"{cell:<{length}}" for cell, length in zip(cells, widths, strict=True))
        wrapped = textwrap.wrap(text, max(width - indent, 30)) or [""]
        print(f"  {line}   {wrapped[0]}".rstrip())
        for more in wrapped[1:]:
            print(" " * indent + more)
    print()


def _pick(registry: Registry, asked: str) -> Component:
    """Find the component that `show` is asked for, by name alone or with its kind."""
    kind, equals, name = asked.rpartition("=")
    if equals:
        return registry.find(kind, name)
    kinds = registry.kinds_of(name)
    if len(kinds) > 1:
        raise AmbiguousNameError(name, [f"{kind}={name}" for kind in kinds])
    if not kinds:
        raise UnknownNameError(name, sorted({c.name for c in registry.components}))
    return registry.find(kinds[0], name)


def _setting_json(setting: Setting) -> dict[str, Any]:
    is_required = setting.default is REQUIRED
    return {
        "name": setting.name,
        "type": setting.annotation,
        "is_required": is_required,
        "default": None if is_required else setting.default,
        "choices": setting.choices,
        "meaning": setting.meaning,
    }


def _type(setting: Setting) -> str:
    return " | ".join(map(_value, setting.choices)) if setting.choices else setting.annotation


def _value(value: Any) -> str:
    """Write a value as an override takes it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_value(item)}' for key, item in value.items())}}}"
    words = {"REQUIRED": "required", "None": "null", "True": "true", "False": "false", "": "''"}
    return words.get(str(value), str(value))
