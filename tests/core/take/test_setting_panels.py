"""Where settings are shown stands where they are declared."""

from dataclasses import dataclass

from romp_core.take.settings import (
    PartSmoothingSettings,
    SolveSettings,
    check,
    flat,
    group,
    panels_of,
    setting,
    setting_fields,
    with_values,
)


@dataclass(frozen=True)
class Fine:
    grain: float = setting(0.5, "Grain", "How fine it is", min=0.0, max=1.0)


@dataclass(frozen=True)
class Rough:
    size: int = setting(3, "Size", "How large it is", min=1)
    fine: Fine = group(Fine(), "Details")  # noqa: RUF009 - frozen
    color: str = setting("red", "Color", "How it looks")


@dataclass(frozen=True)
class Whole:
    rough: Rough = Rough()
    count: int = setting(1, "Count", "How many there are")


def test_settings_stand_in_the_subpanel_of_their_group_and_others_in_none() -> None:
    assert panels_of(Rough) == {"": ("size", "color"), "Details": ("grain",)}
    assert panels_of(Whole) == {"": ("size", "color", "count"), "Details": ("grain",)}
    assert panels_of(Fine, "Details") == {"Details": ("grain",)}


def test_every_setting_of_a_solve_is_shown_once() -> None:
    panels = panels_of(SolveSettings)
    shown = [name for names in panels.values() for name in names]
    assert sorted(shown) == sorted(item.name for item in setting_fields(SolveSettings))
    assert panels["Smoothing by Part"] == tuple(flat(PartSmoothingSettings()))
    assert "strength" in panels[""]


def test_a_group_with_a_subpanel_is_set_and_checked_as_any_other() -> None:
    assert flat(with_values(Rough(), {"grain": 0.25})) == {"size": 3, "grain": 0.25, "color": "red"}
    assert check(Rough()).fine == Fine()
