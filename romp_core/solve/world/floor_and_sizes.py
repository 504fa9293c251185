"""The floor, the way up and the sizes of the people, by all that standing people show of them.

An image does not show scale, but where several people stand on one floor it shows their sizes against each other: a
person of twice the size stands twice as far away, and so twice as far below the camera's horizon in meters. A person
who stands now near and now far shows the horizon itself. So all of it is one robust least-squares problem: up, the
height of the camera above the floor, and one size per person (Lv, Zhao & Nevatia 2006, with sizes and uncertainties).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...geometry.rotations import normalize
from ...typing import Array

_STRAIGHT, _STRAIGHT_IN_DEPTH, _ROLL = np.radians([4.0, 8.0, 2.0])
"""Standard deviations: of the way that people stand from the vertical, across the view and along it, where the depth of
a pose is the network's guess; of a camera's roll."""
_DUTCH = np.radians(12.0)
"""Roll by which a camera seems to be tilted on purpose."""
_LEAN, _LEAN_IN_DEPTH, _SWAY = np.radians([1.5, 4.0, 8.0])
"""Standard deviations of the line from the feet to the center of mass: over a long clip, across the view and along it,
and within one step."""
_STEP_S = 0.5
_DISTANCE, _FOOT_M, _INDEPENDENT = 0.03, 0.025, 3
"""Standard deviations of a foothold: of its distance, as a share; of the height of the foot in the image, meters. And
the number of independent ones that a person can show: a walk across the view errs slowly."""
_USUAL_SIZE, _SIZE_TAIL = 0.08, 3.0
"""Scale and degrees of freedom of people's sizes about the one that they are solved with (Student's distribution)."""
_OUTLIER = 3.0
"""Standard deviations at which a foothold is half trusted."""
_ADULT, _CHILD, _TODDLER, _GIANT = 0.8, 0.55, 0.38, 1.25
"""Statures against a usual adult's: of the smallest adult, of most children, of the smallest who stand, and beyond
which nobody is so tall: such a person does not stand on the common floor but on something higher, or hangs on a wall.
"""
_COSTS = (0.0, 1.0, 2.5, 3.0, 5.0)
"""How unusual it is to film an adult, a child, a toddler, somebody who stands on something, and somebody smaller."""
_LOWEST_CAMERA = 0.15
"""Meters of the camera above a foothold below which it says nothing about sizes and the horizon."""
_ROUNDS = 20


@dataclass(frozen=True)
class Standing:
    """What one person shows of floor and vertical, in the space of a camera that does not move.

    Attributes:
        points: (k, 3) the floor under a foot that stood for a while, for a person of the size that was solved with.
        axis: (3,) mean direction from the standing feet to the center of mass; None where no foot stood.
        ray: (3,) mean direction in which the person is seen.
        steps: number of independent steps that the axis is the mean of.
        known: the person's size is the user's. stature: size that was solved with, meters.
    """

    points: Array
    axis: Array | None
    ray: Array
    steps: float
    known: bool = False
    stature: float = 1.7


@dataclass(frozen=True)
class Ground:
    """The level world as camera space shows it.

    Attributes:
        up: (3,) unit vector. height: of the camera above the floor; None where nobody was seen to stand.
        sizes: (P,) factors on the sizes that people were solved with; errors: (P,) standard deviations of their
            logarithms, infinite where nothing is known.
        cost: negative logarithm of the likelihood, up to a constant of the people.
    """

    up: Array
    height: float | None
    sizes: Array
    errors: Array
    cost: float = 0.0


def find_ground(straight: Array, people: Sequence[Standing]) -> Ground:
    """Up, floor and sizes by all evidence.

    Args:
        straight: (3,) the way people stand, see `standing_direction`.
    """
    people = [_seen_from_above(each, straight) for each in people]
    ground = _solve(straight, people)
    seen = np.flatnonzero([len(each.points) for each in people])
    statures = np.array([people[index].stature for index in seen]) * ground.sizes[seen]
    raised = seen[_raised(statures)]
    if not len(raised):
        return ground
    for index in raised:
        people[index] = replace(people[index], points=np.zeros((0, 3)))
    return _solve(straight, people)


def _raised(statures: Array) -> Array:
    """(n,) bool: people whose statures (n,), if all stood on one floor, would be those of giants.

    Somebody is the usual adult: whoever makes the others the most usual people.
    """
    if not len(statures):
        return np.zeros(0, bool)
    adults = np.sort(statures)[::-1]
    ratios = statures / adults[:, None]
    limits = [ratios > limit for limit in (_GIANT, _ADULT, _CHILD, _TODDLER)]
    costs = np.select(limits, [_COSTS[3], *_COSTS[:3]], _COSTS[4])
    return np.asarray(ratios[costs.sum(axis=1).argmin()] > _GIANT)


def _seen_from_above(person: Standing, straight: Array) -> Standing:
    """The person without footholds that lie hardly below the camera: there the floor is seen from the side."""
    return replace(person, points=person.points[-person.points @ straight > _LOWEST_CAMERA])


def _solve(straight: Array, people: Sequence[Standing]) -> Ground:
    count = len(people)
    owner = np.repeat(np.arange(count), [len(each.points) for each in people])
    points = np.concatenate([each.points for each in people] or [np.zeros((0, 3))])
    fixed = np.array([each.known for each in people], bool)
    seen = np.bincount(owner, minlength=count) > 0
    shown = seen | fixed
    if not fixed.any() and seen.sum() <= 1:
        fixed[:] = True  # one person alone has the size that it was given
    up, logs = straight, np.zeros(count)
    distance = np.maximum(-points @ up, _LOWEST_CAMERA / 2)
    height = float(np.median(np.log(distance))) if len(points) else 0.0
    share = np.minimum(_INDEPENDENT / np.maximum(np.bincount(owner, minlength=count), 1), 1)[owner]
    covariance = np.eye(3 + count)
    for _ in range(_ROUNDS):
        across = _tangents(up)  # (2, 3)
        normal, right, _ = _vertical_evidence(up, across, straight, people, count)
        distance = np.maximum(-points @ up, _LOWEST_CAMERA / 2)
        sigma = np.hypot(_DISTANCE, _FOOT_M / (distance * np.exp(logs[owner])))
        away = (logs[owner] + np.log(distance) - height) / sigma
        weight = share / (1 + (away / _OUTLIER) ** 2)
        rows = np.zeros((len(points), 3 + count))
        rows[:, :2] = -(points @ across.T) / distance[:, None]
        rows[:, 2] = -1
        rows[np.arange(len(points)), 3 + owner] = 1
        rows /= sigma[:, None]
        normal += rows.T @ (rows * weight[:, None])
        right -= rows.T @ (away * weight)
        usual = (_SIZE_TAIL + 1) / (_SIZE_TAIL + (logs / _USUAL_SIZE) ** 2) / _USUAL_SIZE**2
        usual = np.where(fixed, 1e8, usual)
        normal[np.arange(3, 3 + count), np.arange(3, 3 + count)] += usual
        right[3:] -= usual * logs
        normal[2, 2] += 1e-6
        covariance = np.linalg.inv(normal)
        step = covariance @ right
        up = normalize(up + step[:2] @ across)
        height += float(step[2])
        logs = logs + step[3:]
        if np.abs(step).max() < 1e-5:
            break
    errors = np.where(shown, np.sqrt(np.diag(covariance)[3:]), np.inf)
    cost = _vertical_evidence(up, across, straight, people, count)[2]
    cost += float(share @ np.log1p((away / _OUTLIER) ** 2)) * _OUTLIER**2 / 2
    cost += float(np.log1p((logs / _USUAL_SIZE) ** 2 / _SIZE_TAIL).sum()) * (_SIZE_TAIL + 1) / 2
    return Ground(up, float(np.exp(height)) if len(points) else None, np.exp(logs), errors, cost)


def _vertical_evidence(
    up: Array, across: Array, straight: Array, people: Sequence[Standing], count: int
) -> tuple[Array, Array, float]:
    """Normal equations of what bodies and usual cameras say about up, in its two tangents; and its cost."""
    view = normalize(np.array([0.0, 0.0, 1.0]) - up * up[2])
    information = _certainty(view, _STRAIGHT**2, _STRAIGHT_IN_DEPTH**2)
    right = information @ (straight - up)
    cost = (straight - up) @ right
    roll = np.arctan2(straight[0], -straight[1])
    steady = 1 / _ROLL**2 / (1 + (roll / _DUTCH) ** 4)
    information[0, 0] += steady
    right[0] -= steady * up[0]
    cost += steady * up[0] ** 2
    for each in people:
        if each.axis is None:
            continue
        sway = _SWAY**2 / (1 + each.steps)
        along = normalize(each.ray - up * (each.ray @ up))
        certain = _certainty(along, _LEAN**2 + sway, _LEAN_IN_DEPTH**2 + sway)
        information += certain
        right += certain @ (each.axis - up)
        cost += (each.axis - up) @ certain @ (each.axis - up)
    normal, vector = np.zeros((3 + count, 3 + count)), np.zeros(3 + count)
    normal[:2, :2] = across @ information @ across.T
    vector[:2] = across @ right
    return normal, vector, float(cost) / 2


def _certainty(along: Array, across_variance: float, along_variance: float) -> Array:
    """Inverse covariance (3, 3) of a direction that is known less well along a unit vector (3,)."""
    depth = np.outer(along, along)
    return np.asarray((np.eye(3) - depth) / across_variance + depth / along_variance)


def _tangents(up: Array) -> Array:
    """Two unit vectors (2, 3) across `up`."""
    first = normalize(np.cross(up, [0.0, 0.0, 1.0] if abs(up[2]) < 0.9 else [1.0, 0.0, 0.0]))
    return np.stack([first, np.cross(up, first)])
