"""People of many shapes in many clothes: the embedded body with its shape keys and colors that nobody tuned to."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from romp_core.bodies.body import Body
from romp_core.bodies.embedded import load_body
from romp_core.typing import Array
from tests.data.demo_render import Surface

_HEIGHTS_M = {
    "child": (1.05, 1.40),
    "short": (1.48, 1.60),
    "adult": (1.60, 1.84),
    "tall": (1.86, 2.00),
    "heavy": (1.58, 1.80),
    "old": (1.55, 1.75),
}
_SKINS = ((0.60, 0.36, 0.25), (0.50, 0.28, 0.18), (0.36, 0.19, 0.11), (0.20, 0.10, 0.06), (0.10, 0.05, 0.03))
_HAIRS = ((0.03, 0.02, 0.01), (0.10, 0.05, 0.02), (0.30, 0.18, 0.06), (0.30, 0.08, 0.03), (0.42, 0.42, 0.40))
KINDS = tuple(_HEIGHTS_M)


@dataclass(frozen=True)
class Clothes:
    """Linear RGB of each material, and the pattern of the shirt: plain, stripes, checks or print."""

    colors: dict[str, tuple[float, float, float]]
    pattern: str
    second: tuple[float, float, float]


def draw_body(rng: np.random.Generator, kind: str) -> Body:
    """A body of one of `KINDS`."""
    shape = {str(rng.choice(["Gender: female", "Gender: male"])): rng.uniform(0.3, 1.0)}
    shape[str(rng.choice(["Proportions: ideal", "Proportions: uncommon"]))] = rng.uniform(0.0, 0.7)
    if kind == "child":
        shape |= {"Age: child": rng.uniform(0.75, 1.0)}
    elif kind == "heavy":
        shape |= {"Weight: heavy": rng.uniform(0.7, 1.0), "Muscle: weak": rng.uniform(0.0, 0.5)}
    elif kind == "tall":
        shape |= {"Height: tall": rng.uniform(0.4, 0.8), "Weight: light": rng.uniform(0.2, 0.8)}
    elif kind == "old":
        shape |= {"Age: old": rng.uniform(0.6, 1.0), "Weight: heavy": rng.uniform(0.0, 0.5)}
    else:
        shape |= {str(rng.choice(["Weight: light", "Weight: heavy", "Muscle: strong"])): rng.uniform(0.0, 0.6)}
        shape |= {"Height: short": rng.uniform(0.3, 0.7)} if kind == "short" else {}
    return (
        load_body().shaped({name: float(value) for name, value in shape.items()}).scaled(rng.uniform(*_HEIGHTS_M[kind]))
    )


def draw_clothes(rng: np.random.Generator) -> Clothes:
    """Skin, hair and clothes."""
    colors = {
        "skin": _SKINS[rng.integers(len(_SKINS))],
        "hair": _HAIRS[rng.integers(len(_HAIRS))],
        "shirt": _color(rng),
        "trousers": _color(rng, 0.45),
        "shoes": _color(rng, 0.6),
    }
    return Clothes(colors, str(rng.choice(["plain", "stripes", "checks", "print"])), _color(rng))


def nearly_alike(rng: np.random.Generator, clothes: Clothes) -> Clothes:
    """The same shirt and trousers, faded a little, on somebody else."""
    fade = {name: _faded(clothes.colors[name], rng.uniform(0.85, 1.15)) for name in ("shirt", "trousers")}
    return Clothes(draw_clothes(rng).colors | fade, clothes.pattern, clothes.second)


def dressed(rng: np.random.Generator, body: Body, clothes: Clothes) -> Surface:
    """The body's faces with the colors of the clothes and a little variation, as cloth has it."""
    palette = np.array([clothes.colors.get(material.name, material.color) for material in body.materials])
    albedo = palette[body.face_materials]
    shirt = body.face_materials == [material.name for material in body.materials].index("shirt")
    where = body.vertices[body.faces].mean(1) / body.height_m
    albedo[shirt & _pattern(clothes.pattern, where)] = clothes.second
    return Surface(body.faces, albedo * rng.uniform(0.92, 1.08, (len(albedo), 1)))


def _pattern(name: str, at: Array) -> Array:
    """Which faces have the shirt's second color; `at` (F, 3) on the T-pose, in body heights."""
    along = np.where(np.abs(at[:, 0]) > 0.11, at[:, 0], at[:, 1])  # rings round the sleeves too
    if name == "stripes":
        return np.mod(along, 0.034) < 0.014
    if name == "checks":
        return (np.mod(along, 0.05) < 0.025) ^ (np.mod(at[:, 0] + at[:, 2], 0.05) < 0.025)
    if name == "print":
        return (np.hypot(at[:, 0] + 0.01, at[:, 1] - 0.21) < 0.035) & (at[:, 2] > 0)
    return np.zeros(len(at), bool)


def _color(rng: np.random.Generator, brightest: float = 0.95) -> tuple[float, float, float]:
    red, green, blue = colorsys.hsv_to_rgb(rng.uniform(), rng.uniform(0.1, 0.9), rng.uniform(0.15, brightest))
    return (red**2.2, green**2.2, blue**2.2)


def _faded(color: tuple[float, float, float], by: float) -> tuple[float, float, float]:
    red, green, blue = color
    return (red * by, green * by, blue * by)
