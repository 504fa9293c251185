"""How large the unit of a camera's path is, in meters: by people, whose size is known, and the floor they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .floor_plane import Plane, floor_plane
from .shot_motion import ShotMotion

_USUAL, _USUAL_SPREAD = 5.0, 0.8
"""Meters of the usual distance of a background, and the standard deviation of its logarithm."""
_LAG_S = 0.15
_SLIDE = 0.04
"""Meters by which a standing foot seems to move in that time."""
_LOWEST = 0.2
"""Shares of the camera's height above the floor below which a foot cannot be."""


@dataclass(frozen=True)
class Walker:
    """Feet of a person in one shot.

    Attributes:
        rows: (m,) frames of the shot; soles: (m, F, 3) points under the feet in the camera's space, meters.
    """

    rows: Array
    soles: Array


def meters_per_unit(
    shot: ShotMotion, walkers: Sequence[Walker], straight: Array, interval: float
) -> tuple[float, Plane | None]:
    """The scale of a moving camera's path, and the floor in the shot's unit, if the background shows it.

    Args:
        straight: (3,) the way people stand, in the space of the first camera. interval: seconds between frames.
    """
    plane = floor_plane(shot.points, np.median(shot.position, axis=0), straight)
    if plane is not None:
        scales = np.concatenate([_by_floor(shot, each, plane.up, plane.height) for each in walkers])
        if len(scales):
            return float(np.median(scales)), plane
    return _by_standing(shot, walkers, interval), plane


def _by_floor(shot: ShotMotion, walker: Walker, up: Array, floor: float) -> Array:
    """Scales (k,) with which the lower foot of each frame stands on the floor."""
    down = np.einsum("tji,tfj->tfi", shot.rotation[walker.rows], walker.soles) @ up
    lowest = down.min(axis=1)
    below = floor - shot.position[walker.rows] @ up
    use = (below < 0) & (lowest < 0)
    return np.asarray(lowest[use] / below[use])


def _by_standing(shot: ShotMotion, walkers: Sequence[Walker], interval: float) -> float:
    """The scale with which, at any time, one foot slides the least."""
    lag = max(round(_LAG_S / interval), 1)
    scales = np.exp(np.linspace(np.log(_USUAL) - 3, np.log(_USUAL) + 3, 301))
    cost = (np.log(scales / _USUAL) / _USUAL_SPREAD) ** 2 / 2
    for walker in walkers:
        turned = np.einsum("tji,tfj->tfi", shot.rotation[walker.rows], walker.soles)
        consecutive = walker.rows[lag:] - walker.rows[:-lag] == lag
        own = (turned[lag:] - turned[:-lag])[consecutive]
        carried = (shot.position[walker.rows[lag:]] - shot.position[walker.rows[:-lag]])[consecutive]
        if not len(own):
            continue
        # |own + s carried|^2 as a polynomial in s
        quadratic, mixed, constant = (
            (carried**2).sum(axis=1)[:, None], np.einsum("ti,tfi->tf", carried, own), (own**2).sum(axis=2)
        )  # fmt: skip
        for index, scale in enumerate(scales):
            slid = (constant + 2 * scale * mixed + scale**2 * quadratic).min(axis=1)
            cost[index] += float(np.log1p(slid / _SLIDE**2).sum()) / lag
    return float(scales[cost.argmin()])
