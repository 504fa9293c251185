"""Bend and swing a limb of two bones so that its end reaches a point (two-bone inverse kinematics)."""

from __future__ import annotations

import numpy as np

from ..geometry.rotations import length, normalize, quat_multiply, quat_rotate, shortest_turn
from ..typing import Array

_STRAIGHT = 1 - 1e-6
"""Share of its whole length that a limb can reach."""
_PREFERENCE = 1e-3
"""Weight of the usual direction of the knee, which decides where the limb is straight."""


def reach(upper: Array, lower: Array, root: Array, goal: Array, lengths: Array, forward: Array) -> tuple[Array, Array]:
    """Turn the bones of limbs, the middle joint staying on its side as far as possible.

    Args:
        upper, lower: (n, 4) world rotations of the bones, which lie along -z where they are identity.
        root: (n, 3) where the limb starts. goal: (n, 3) where it shall end; too far ones are pointed to.
        lengths: (2,) of the bones, meters.
        forward: (n, 3) where the middle joint points to, should the limb be straight.

    Returns:
        world rotations of both bones, (n, 4) each; neither turns about its own axis more than it must.
    """
    down = np.array([0.0, 0.0, -1.0])
    old_upper, old_lower = quat_rotate(upper, down), quat_rotate(lower, down)
    knee = old_upper * lengths[0]
    old_axis, new_axis = normalize(knee + old_lower * lengths[1]), normalize(goal - root)
    side = _across(knee, old_axis) + _PREFERENCE * _across(forward, old_axis)
    side = normalize(_across(quat_rotate(shortest_turn(old_axis, new_axis), side), new_axis))
    most, least = lengths.sum() * _STRAIGHT, abs(lengths[0] - lengths[1]) + 1e-6
    distance = np.clip(length(goal - root), least, most)
    along = (lengths[0] ** 2 - lengths[1] ** 2 + distance**2) / (2 * distance)
    knee = new_axis * along + side * np.sqrt(np.maximum(lengths[0] ** 2 - along**2, 0))
    new_upper, new_lower = normalize(knee), normalize(new_axis * distance - knee)
    return (
        quat_multiply(shortest_turn(old_upper, new_upper), upper),
        quat_multiply(shortest_turn(old_lower, new_lower), lower),
    )


def _across(vectors: Array, axis: Array) -> Array:
    """The part of vectors at right angles to unit axes."""
    return np.asarray(vectors - axis * np.einsum("...i,...i->...", vectors, axis)[..., None])
