"""What a setting is: a dataclass field with its user-facing text and limits, written once in its `metadata`.

Settings may be grouped: a field whose default is a settings dataclass is a group. Names are unique across the groups of
one dataclass, so options, panel properties and records of old files stay flat. A group may have a subpanel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from ...errors import SettingsError

T = TypeVar("T")


def setting(default: Any, label: str, help: str, **limits: Any) -> Any:
    """A dataclass field with a label, a help text, and optionally `min`, `max`, `unit`, `form`, `choices`.

    `form` reads a text, and raises SettingsError where it has another form than it should. `choices` are the texts to
    choose from, with their labels.
    """
    return field(default=default, metadata={"label": label, "help": help, **limits})


def group(settings: T, panel: str) -> T:
    """A group of settings that is shown in a subpanel of this title, closed at first; others need no such field."""
    return field(default=settings, metadata={"panel": panel})


def panels_of(cls: Any, panel: str = "") -> dict[str, tuple[str, ...]]:
    """Names of the settings by the title of the subpanel that shows them; "" for those that stand in none.

    Args:
        panel: in which those stand that say nothing else.
    """
    panels: dict[str, tuple[str, ...]] = {}
    for item in fields(cls):
        inside: dict[str, tuple[str, ...]] = {panel: (item.name,)} if "label" in item.metadata else {}
        if is_dataclass(item.default):
            inside = panels_of(item.default, item.metadata.get("panel", panel))
        for title, names in inside.items():
            panels[title] = (*panels.get(title, ()), *names)
    return panels


def setting_fields(cls: Any) -> Iterator[Field[Any]]:
    """All settings of a dataclass (or instance) that carry a label, those of its groups included."""
    for item in fields(cls):
        if is_dataclass(item.default):
            yield from setting_fields(item.default)
        elif "label" in item.metadata:
            yield item


def flat(settings: Any) -> dict[str, Any]:
    """Values by name, without groups."""
    values: dict[str, Any] = {}
    for item in fields(settings):
        value = getattr(settings, item.name)
        values |= flat(value) if is_dataclass(value) else {item.name: value}
    return values


def with_values(settings: T, values: Mapping[str, Any]) -> T:
    """The settings with other values by flat name; names that do not exist raise TypeError."""
    changes: dict[str, Any] = {}
    left = dict(values)
    for item in fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, item.name)
        if is_dataclass(value):
            inside = {name: left.pop(name) for name in flat(value) if name in left}
            changes[item.name] = with_values(value, inside) if inside else value
        elif item.name in left:
            changes[item.name] = left.pop(item.name)
    if left:
        raise TypeError(f"{type(settings).__name__} has no setting {next(iter(left))!r}")
    return replace(settings, **changes)  # type: ignore[type-var]


def check(settings: T) -> T:
    """Return the settings unchanged, or raise SettingsError naming the first one outside of its limits."""
    values = flat(settings)
    for item in setting_fields(settings):
        value, limits = values[item.name], item.metadata
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingsError(f"{limits['label']} is {value}, but must be a number.", "Enter a number.")
        if "form" in limits:
            limits["form"](value)
        if value not in limits.get("choices", (value,)):
            known = ", ".join(limits["choices"])
            raise SettingsError(f'{limits["label"]} is "{value}", but must be one of: {known}.')
        low, high = limits.get("min"), limits.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            unit = limits.get("unit", "")
            span = f"between {low} and {high}" if high is not None else f"at least {low}"
            raise SettingsError(f"{limits['label']} is {value}, but must be {span} {unit}".rstrip() + ".")
    return settings


def from_mapping(cls: type[T], values: Mapping[str, Any]) -> T:
    """Settings from a flat mapping (a take's record, a command); unknown names are left out, types are converted."""
    defaults = flat(cls())
    given = {name: type(defaults[name])(value) for name, value in values.items() if name in defaults}
    return check(with_values(cls(), given))


def to_mapping(settings: Any) -> dict[str, Any]:
    """A flat, plain dictionary for JSON."""
    return flat(settings)
