"""Zero-phase smoothing of a motion: what the user's strength changes, after the fit.

Both tracks keep fast motion and lose what trembles: a joint is smoothed over a long time while it is at rest, and over
a short one while it moves fast, the One-Euro idea (Casiez 2012) without its lag.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.rotations import make_continuous, normalize
from ..typing import Array
from .filters import gaussian, local_quadratic

_COURSE_S, _SPEED_S = 0.08, 0.15
"""Widths of the track whose speed is measured, and of the stretch of time over which it counts."""
_FAST = np.radians(100.0)
"""Speed, rad/s, at which a joint is smoothed half way between the two widths."""
_DEPTH_OUTLIER = 0.1
"""Share by which a depth must leave the trend to be half trusted."""


@dataclass(frozen=True)
class Widths:
    """Standard deviations of the smoothing at strength 1, seconds.

    Attributes:
        rest, fast: of a joint at rest and of one in fast motion; sideways, depth: of the root across and along the
            view.
    """

    rest: float
    fast: float
    sideways: float
    depth: float


LANDMARKS = Widths(rest=0.10, fast=0.04, sideways=0.03, depth=0.1)
"""For motions of the landmark fit, whose prior has calmed them already."""
BODY_MODEL = Widths(rest=0.10, fast=0.04, sideways=0.03, depth=0.3)
"""For the poses of a body model, frame by frame."""


def smooth_motion(
    rotations: Array, root: Array, interval: float, strength: float, widths: Widths = LANDMARKS
) -> tuple[Array, Array]:
    """Smooth one person's motion in camera space, without lag.

    Args:
        rotations: (T, 24, 4) wxyz; root: (T, 3) meters; both at even intervals of `interval` seconds. Not modified.
        strength: factor on the widths; 0 returns the motion as it is.

    Returns:
        sign-continuous rotations and root, float32.
    """
    if strength <= 0 or len(root) < 2:
        return make_continuous(rotations).astype(np.float32), np.asarray(root, np.float32)
    interval = interval / strength
    return smooth_rotations(rotations, interval, widths), smooth_root(root, interval, widths).astype(np.float32)


def smooth_rotations(rotations: Array, interval: float, widths: Widths) -> Array:
    """Rotations (T, 24, 4) smoothed as chordal means (Hartley 2013), float32, sign-continuous.

    Args:
        interval: seconds between samples, divided by the strength.
    """
    rotations = make_continuous(rotations).astype(np.float32)
    rest, fast = (local_quadratic(rotations, width / interval) for width in (widths.rest, widths.fast))
    if len(rotations) < 3:
        return normalize(rest)
    # A limb that turns round stands still for a moment in the middle of fast motion: look at a stretch of time.
    course = gaussian(rotations, _COURSE_S / interval)
    step = 4 / interval**2 * ((course[1:] - course[:-1]) ** 2).sum(axis=-1)  # squares of small angles
    step = np.concatenate([step[:1], (step[1:] + step[:-1]) / 2, step[-1:]])
    speed = gaussian(step, _SPEED_S / interval).clip(0)[..., None]
    return normalize(rest + (fast - rest) * (speed / (speed + np.float32(_FAST**2))))


def smooth_root(root: Array, interval: float, widths: Widths) -> Array:
    """Root (T, 3) in camera space. Across the view the image is sharp, so direction and distance are smoothed apart."""
    depth = np.maximum(np.asarray(root, np.float64)[:, 2:], 1e-2)
    direction = gaussian(root[:, :2] / depth, widths.sideways / interval)
    depth = np.exp(_smooth_depth(np.log(depth), widths.depth / interval))
    return np.concatenate([direction * depth, depth], axis=1)


def _smooth_depth(distance: Array, sigma: float) -> Array:
    """Smoothed logarithm of the depth (T, 1); values off the trend count little."""
    trend = gaussian(distance, sigma)
    trust = 1 / (1 + ((distance - trend) / _DEPTH_OUTLIER) ** 2)
    return np.asarray(gaussian(distance * trust, sigma) / np.maximum(gaussian(trust, sigma), 1e-3))
