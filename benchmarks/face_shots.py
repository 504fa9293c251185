"""Draws what `benchmarks/face_renders.py` renders: `python benchmarks/face_shots.py KIND OUT.npz [--seed N]`.

Kinds: `map`, still heads of several people, nearly from the front, with closed and with open mouths, from which
`benchmarks/calibrate_face.py` learns where the network's points lie; `units`, the same people with one face unit each,
from which it learns how the network shows them; `clip`, one person who makes faces, for `benchmarks/face_clip.py` and
`benchmarks/face_metrics.py`.

Arrays, S shots of P people: `bodies` (P,) text, `color_*` (P, 3) linear RGB, `person` (S,), `coeff_names` (52,),
`coeffs` (S, 52), `head_rotation` (S, 3, 3), `camera`, `aim`, `key`, `fill` (S, 3) from the middle of the face, meters,
`fov` (S,) radians, `key_watt`, `fill_watt` (S,), `background` (S, 3), `size_wh` (2,), `fps` ().
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.geometry.face_units import FACE_UNIT, FACE_UNITS
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.typing import Array

_BODIES = (
    "",
    "gender=female:1 people=caucasian:1",
    "gender=male:1 people=african:1",
    "gender=female:1 people=asian:1 weight=maxweight:0.4,averageweight:0.6",
    "gender=male:1 people=caucasian:1 age=young:0.6,old:0.4",
    "gender=female:1 people=african:1 weight=minweight:0.4,averageweight:0.6",
    "gender=male:1 people=asian:1 muscle=maxmuscle:0.4,averagemuscle:0.6",
)
_SKINS = ((0.60, 0.36, 0.25), (0.50, 0.28, 0.18), (0.36, 0.19, 0.11), (0.20, 0.10, 0.06), (0.66, 0.45, 0.35))
_VIEWS_DEG = ((0, 0), (-20, 0), (20, 0), (0, -12), (0, 12), (-12, 8), (12, -8), (0, 0))
_DISTANCE_M = 0.9
_MOUTH_OPEN = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.35)


def _looks(rng: np.random.Generator, count: int) -> dict[str, Array]:
    skin = np.array(_SKINS)[rng.integers(len(_SKINS), size=count)]
    return {
        "color_skin": skin,
        "color_lips": skin * [0.85, 0.5, 0.5],
        "color_hair": rng.uniform(0.01, 0.06, (count, 1)) * [1.0, 0.65, 0.4],
        "color_iris": rng.uniform(0.02, 0.10, (count, 3)),
    }


def _lights(rng: np.random.Generator, people: int, person: Array) -> dict[str, Array]:
    aside = rng.uniform(-1.0, 1.0, people)[person]
    count = len(person)
    return {
        "key": np.stack([aside, rng.uniform(0.2, 1.0, people)[person], np.full(count, 1.2)], axis=1),
        "fill": np.stack([-aside, np.full(count, 0.1), np.full(count, 1.2)], axis=1),
        "key_watt": rng.uniform(14, 26, people)[person],
        "fill_watt": rng.uniform(3, 9, people)[person],
        "background": rng.uniform(0.15, 0.5, (people, 3))[person],
    }


def map_shots(seed: int) -> dict[str, Array]:
    """Still heads."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(len(_BODIES)), len(_VIEWS_DEG))
    yaw, pitch = np.radians(np.tile(_VIEWS_DEG, (len(_BODIES), 1))).T
    coeffs = np.zeros((len(person), len(FACE_UNITS)))
    coeffs[:, FACE_UNIT["jawOpen"]] = np.tile(_MOUTH_OPEN, len(_BODIES))
    return _still(rng, person, coeffs, yaw, pitch)


def _still(rng: np.random.Generator, person: Array, coeffs: Array, yaw: Array, pitch: Array) -> dict[str, Array]:
    camera = _DISTANCE_M * np.stack([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], axis=1)
    return {
        "bodies": np.array(_BODIES),
        **_looks(rng, len(_BODIES)),
        "person": person,
        "coeff_names": np.array(FACE_UNITS),
        "coeffs": coeffs,
        "head_rotation": np.tile(np.eye(3), (len(person), 1, 1)),
        "camera": camera,
        "aim": np.zeros((len(person), 3)),
        "fov": np.full(len(person), np.radians(18)),
        **_lights(rng, len(_BODIES), person),
        "size_wh": np.array([256, 256]),
        "fps": np.array(30.0),
    }


_UNITS_VIEWS_DEG = ((0, 0), (8, -4), (-8, 4))
_SHOWN = 0.8
"""How far a unit is shown."""


def unit_shots(seed: int) -> dict[str, Array]:
    """Everybody at rest first, then with one unit each; of pairs only the left one, as faces are symmetric."""
    rng = np.random.default_rng([seed, 2])
    names = [name for name in FACE_UNITS if not name.endswith("Right") or name in ("jawRight", "mouthRight")]
    names = [name for name in names if name not in ("jawRight", "mouthRight", "tongueOut", "mouthClose")]
    people = len(_BODIES)
    shown = np.zeros((len(names) + 1, len(FACE_UNITS)))
    shown[np.arange(len(names)) + 1, [FACE_UNIT[name] for name in names]] = _SHOWN
    person = np.repeat(np.arange(people), len(shown))
    views = np.radians(_UNITS_VIEWS_DEG)[np.arange(people) % len(_UNITS_VIEWS_DEG)][person]
    return _still(rng, person, np.tile(shown, (people, 1)), views[:, 0], views[:, 1])


# What the person of a clip does: units, peak, and seconds of onset, hold and release.
_ACTS = (
    (("eyeBlinkLeft", "eyeBlinkRight"), 1.0, (0.07, 0.03, 0.1)),
    (("mouthSmileLeft", "mouthSmileRight"), 0.9, (0.25, 0.2, 0.25)),
    (("jawOpen",), 0.7, (0.2, 0.1, 0.2)),
    (("browInnerUp", "browOuterUpLeft", "browOuterUpRight"), 0.9, (0.2, 0.15, 0.2)),
    (("eyeLookInLeft", "eyeLookOutRight"), 0.9, (0.12, 0.2, 0.12)),
    (("eyeLookOutLeft", "eyeLookInRight"), 0.9, (0.12, 0.2, 0.12)),
    (("browDownLeft", "browDownRight"), 0.9, (0.2, 0.15, 0.2)),
    (("mouthPucker",), 0.9, (0.2, 0.15, 0.2)),
    (("eyeBlinkRight",), 1.0, (0.1, 0.06, 0.1)),
    (("mouthFunnel",), 0.8, (0.2, 0.15, 0.2)),
    (("eyeWideLeft", "eyeWideRight"), 0.9, (0.15, 0.15, 0.15)),
    (("mouthFrownLeft", "mouthFrownRight"), 0.8, (0.2, 0.2, 0.2)),
    (("mouthLeft",), 0.8, (0.2, 0.1, 0.2)),
    (("mouthRight",), 0.8, (0.2, 0.1, 0.2)),
    (("browOuterUpLeft",), 0.8, (0.2, 0.1, 0.2)),
    (("mouthSmileRight",), 0.8, (0.2, 0.1, 0.2)),
    (("eyeLookUpLeft", "eyeLookUpRight"), 0.8, (0.12, 0.15, 0.12)),
    (("eyeLookDownLeft", "eyeLookDownRight"), 0.8, (0.12, 0.15, 0.12)),
    (("browInnerUp",), 0.8, (0.15, 0.15, 0.15)),
    (("browOuterUpRight",), 0.8, (0.2, 0.1, 0.2)),
    (("mouthSmileLeft",), 0.8, (0.2, 0.1, 0.2)),
)
_OVERLAP = 0.75
_REST_S = 0.3


def clip_shots(seed: int) -> dict[str, Array]:
    """One person who makes faces, one after the other and overlapping, while the head moves a little."""
    rng = np.random.default_rng([seed, 1])
    fps, frames = 30.0, 200
    times = np.arange(frames) / fps
    coeffs = np.zeros((frames, len(FACE_UNITS)))
    order = rng.permutation(len(_ACTS))
    start = _REST_S
    for act in order:
        names, peak, (onset, hold, release) = _ACTS[act]
        peak *= rng.uniform(0.75, 1.0) if "Blink" not in names[0] else 1.0
        up = np.clip((times - start) / onset, 0, 1)
        down = np.clip((times - start - onset - hold) / release, 0, 1)
        value = peak * (_eased(up) - _eased(down))
        for name in names:
            coeffs[:, FACE_UNIT[name]] = np.maximum(coeffs[:, FACE_UNIT[name]], value)
        start += (onset + hold + release) * _OVERLAP
    angles = np.stack([_sway(rng, times, size) for size in (5.0, 12.0, 4.0)], axis=1)
    person = np.zeros(frames, int)
    looks = _looks(rng, 1)
    shift = rng.uniform(-1, 1, 3) * [0.25, 0.12, 0.0]
    return {
        "bodies": np.array([_mixed_body(rng)]),
        **looks,
        "person": person,
        "coeff_names": np.array(FACE_UNITS),
        "coeffs": coeffs,
        "head_rotation": matrix_from_rotvec(np.radians(angles)),
        "camera": np.tile(shift + np.array([0.0, 0.0, rng.uniform(0.75, 1.0)]), (frames, 1)),
        "aim": np.tile(rng.uniform(-0.04, 0.04, 3) * [1, 1, 0], (frames, 1)),
        "fov": np.full(frames, np.radians(rng.uniform(30, 42))),
        **_lights(rng, 1, person),
        "size_wh": np.array([400, 300]),
        "fps": np.array(fps),
    }


def _mixed_body(rng: np.random.Generator) -> str:
    """A body that is none of those that are learned from."""
    axes = {
        "gender": ("female", "male"),
        "people": ("african", "asian", "caucasian"),
        "age": ("young", "old"),
        "weight": ("minweight", "averageweight", "maxweight"),
    }
    text = []
    for axis, levels in axes.items():
        shares = rng.dirichlet(np.ones(len(levels)))
        text.append(f"{axis}=" + ",".join(f"{level}:{share:.3f}" for level, share in zip(levels, shares, strict=True)))
    return " ".join(text)


def _eased(share: Array) -> Array:
    return share * share * (3 - 2 * share)


def _sway(rng: np.random.Generator, times: Array, degrees: float) -> Array:
    """Slow motion of the head about one axis, still at the beginning."""
    wave = sum(np.sin(2 * np.pi * (times * rate + rng.uniform())) for rate in (0.2, 0.45)) / 2
    return np.asarray(degrees * wave * _eased(np.clip((times - 0.2) / 0.8, 0, 1)))


_KINDS = {"map": map_shots, "units": unit_shots, "clip": clip_shots}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=tuple(_KINDS))
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    np.savez(options.out, **_KINDS[options.kind](options.seed))


if __name__ == "__main__":
    main()
