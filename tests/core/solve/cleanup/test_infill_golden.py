"""Infilling against the recipe's formula motions: ratios that hold for any seed (`spec/moro.md`, B6)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from romp_core.geometry.rotations import (
    angle_between,
    quat_conjugate,
    quat_from_rotvec,
    quat_multiply,
    rotvec_from_quat,
)
from romp_core.solve.cleanup.infill import infill
from romp_core.solve.cleanup.infill.fill import bridged_rotations


class Errors(NamedTuple):
    hidden: float
    visible: float
    bend: float


def errors(rotations, true, seen):
    """Mean errors of hidden and visible cells, and the mean second difference, degrees."""
    off = np.degrees(angle_between(rotations, true))
    steps = rotvec_from_quat(quat_multiply(quat_conjugate(rotations[:-1]), rotations[1:]))
    bend = np.degrees(np.linalg.norm(np.diff(steps, axis=0), axis=-1)).mean()
    return Errors(off[~seen].mean(), off[seen].mean(), bend)


def check(observed, true, visibility, fps, ratio):
    seen = visibility >= 0.5
    filled = infill(observed, visibility, fps)
    ours, straight = errors(filled.rotations, true, seen), errors(bridged_rotations(observed, seen), true, seen)
    assert ours.hidden <= ratio * straight.hidden
    assert ours.visible <= 1.6
    assert ours.bend <= 1.3 * errors(true, true, seen).bend + 0.3
    off, sure = angle_between(filled.rotations, true)[~seen], filled.confidence[~seen]
    assert (filled.confidence[seen] == 1).all() and (filled.predicted[seen] == 0).all()
    order = np.argsort(sure)
    third = len(order) // 3
    assert off[order[-third:]].mean() < 0.6 * off[order[:third]].mean()  # what is confident is right


@pytest.mark.parametrize(("name", "ratio"), [("correlated", 0.63), ("independent", 0.98)])
def test_filled_better_than_interpolated(golden: Path, name, ratio):
    file = np.load(golden / "moro" / f"infill_{name}.npz")
    observed, true = (quat_from_rotvec(file[f"{kind}_rotvec"]) for kind in ("obs", "truth"))
    check(observed, true, file["visibility"], float(file["fps"]), ratio)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("shared", "ratio"), [(True, 0.63), (False, 0.98)])
def test_other_motions_of_the_same_form(seed, shared, ratio):
    rng = np.random.default_rng(seed)
    times = np.arange(240)[:, None] / 30
    courses = 6 if shared else 72
    waves = np.sin(2 * np.pi * rng.uniform(0.2, 0.9 if shared else 0.5, courses) * times + rng.uniform(0, 6.3, courses))
    mixed = waves @ rng.normal(0, 0.15, (6, 72)) if shared else waves * rng.uniform(0.1, 0.4, 72)
    true = quat_from_rotvec(mixed.reshape(240, 24, 3))
    noisy = quat_multiply(true, quat_from_rotvec(rng.normal(0, 0.03 / np.sqrt(3), (240, 24, 3))))
    seen = rng.random((240, 24)) > 0.03
    for joints, start, length in (((16, 18, 20, 22), 40, 30), ((1, 4, 7, 10), 90, 35), ((17, 19, 21, 23), 180, 25)):
        seen[start : start + length, joints] = False
    seen[140:154] = False
    observed = np.where(seen[..., None], noisy, quat_from_rotvec(rng.normal(0, 1, (240, 24, 3))))
    check(observed, true, seen.astype(float), 30.0, ratio)
