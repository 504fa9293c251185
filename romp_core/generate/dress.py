"""Dresses the body: colors its faces and puffs them up a little, so that it looks like a person, not a mannequin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.rotations import normalize
from ..geometry.skeleton import JOINT

# Linear RGB. The order is that of the material slots.
COLORS = {
    "skin": (0.55, 0.31, 0.21),
    "shirt": (0.05, 0.17, 0.36),
    "trousers": (0.035, 0.04, 0.055),
    "shoes": (0.30, 0.28, 0.26),
    "hair": (0.035, 0.020, 0.012),
    "lips": (0.40, 0.16, 0.13),
    "eyes": (0.80, 0.80, 0.78),
    "iris": (0.035, 0.022, 0.015),
}
# How far behind the eyes and how far above them the hair begins, meters, from the forehead past the ear to the nape.
_HAIRLINE = ((0.0, 0.064), (0.03, 0.055), (0.06, 0.020), (0.085, 0.0), (0.10, -0.02), (0.16, -0.06))
# Garment: thickness in meters, rounds of smoothing that take the anatomy below it away.
_CUT = {"shirt": (0.006, 14), "trousers": (0.005, 6), "shoes": (0.003, 1), "hair": (0.014, 4)}
# Where the mesh below a shirt is finer than this, and some rings of faces around, there is detail to take away.
_FINE_MESH_M, _FINE_MARGIN = 0.007, 2
_BORDER_ROUNDS, _INWARDS, _OUTWARDS = 12, 0.5, -0.53
"""Smoothing of the lines between materials: to the middle of the neighbors and back a little (Taubin 1995)."""


@dataclass(frozen=True)
class BareBody:
    """The undressed T-pose, pelvis at the origin, and masks of its parts.

    `outlines` are (N,) masks from 0 to 1: "ear", "lip", "left_eye", "right_eye".
    """

    vertices: np.ndarray  # (N, 3) meters
    faces: np.ndarray  # (F, 4)
    joints: np.ndarray  # (24, 3)
    joint_weights: np.ndarray  # (N, 24)
    outlines: dict[str, np.ndarray]

    @property
    def height_m(self) -> float:
        """From the soles to the crown."""
        return float(np.ptp(self.vertices[:, 1]))

    def on_faces(self, values: np.ndarray) -> np.ndarray:
        """Mean over the corners of each face of values (N, ...)."""
        return values[self.faces].mean(1)


def color_faces(bare: BareBody) -> np.ndarray:
    """Number of each face's material in COLORS, (F,)."""
    number = {name: index for index, name in enumerate(COLORS)}
    chosen = np.full(len(bare.faces), number["skin"])
    for name, faces in {**_garments(bare), **_hair(bare)}.items():
        chosen[faces] = number[name]
    chosen = _without_ragged_edges(bare.faces, chosen)
    for name, faces in _face_parts(bare).items():
        chosen[faces] = number[name]
    return chosen


@dataclass(frozen=True)
class Garment:
    """What a piece of clothing does to the vertices below it."""

    thickness: np.ndarray  # (N,) meters
    covered: np.ndarray  # (N,) bool
    rounds: int  # of smoothing
    bridged: np.ndarray  # (N,) bool: where it is stretched over what is below


def cut(bare: BareBody, face_materials: np.ndarray) -> list[Garment]:
    """The garments for a bare with these materials; they fit every other shape of it, too."""
    garments = []
    for name, (thickness, rounds) in _CUT.items():
        covered = np.ones(len(bare.vertices), bool)
        covered[bare.faces[face_materials != list(COLORS).index(name)]] = False
        depth = covered.astype(np.float64)
        for _ in range(2 if name == "hair" else 0):  # hair thins out towards its edge
            depth = covered * _neighbor_mean(bare.faces, depth[:, None])[:, 0]
        fine = (_spacing(bare.faces, bare.vertices) < _FINE_MESH_M).astype(np.float64)[:, None]
        for _ in range(_FINE_MARGIN):
            fine = np.maximum(fine, _neighbor_mean(bare.faces, fine))
        bridged = covered & (fine[:, 0] > 0) & (name == "shirt")
        garments.append(Garment(thickness * depth, covered, rounds, bridged))
    return garments


def puff_up(bare: BareBody, garments: list[Garment], face_materials: np.ndarray) -> np.ndarray:
    """Vertices (N, 3) with clothes and hair given some thickness."""
    vertices = bare.vertices.copy()
    for garment in garments:
        _stretch(bare.faces, vertices, garment.bridged)
        for _ in range(garment.rounds):
            vertices[garment.covered] = _neighbor_mean(bare.faces, vertices)[garment.covered]
        vertices += garment.thickness[:, None] * _normals(bare.faces, vertices)
    _close_shoe_tips(bare, face_materials, vertices)
    _smooth_borders(bare.faces, face_materials, vertices)
    return vertices


def _garments(bare: BareBody) -> dict[str, np.ndarray]:
    """Faces (F,) bool of trousers, shirt and shoes, cut by planes and by the joints that move them."""
    part = bare.on_faces(bare.joint_weights)
    x, y, z = bare.on_faces(bare.vertices).T
    joints = bare.joints

    def moved_by(*names: str) -> np.ndarray:
        sides = [name for n in names for name in ((f"left_{n}", f"right_{n}") if f"left_{n}" in JOINT else (n,))]
        return part[:, [JOINT[name] for name in sides]].sum(1)

    ankle, waist = joints[JOINT["left_ankle"], 1], joints[JOINT["spine1"], 1]
    shoulder, elbow = joints[JOINT["left_shoulder"]], joints[JOINT["left_elbow"]]
    neck = joints[JOINT["neck"]]
    neckline = neck[1] - 0.035 + 0.4 * (neck[2] - z)
    sleeve = 0.4 * shoulder[0] + 0.6 * elbow[0]
    return {
        "trousers": (y < waist) & (y > ankle) & (np.abs(x) < elbow[0]),
        "shirt": (y >= waist) & (y < neckline) & (np.abs(x) < sleeve) & (moved_by("head") < 0.2),
        "shoes": (moved_by("ankle", "foot") > 0.3) & (y < ankle + 0.01),
    }


def _hair(bare: BareBody) -> dict[str, np.ndarray]:
    """The scalp: above a plane that falls from the forehead to the nape, without the ears."""
    eye = bare.vertices[bare.outlines["left_eye"] > 0.5].mean(0)
    _, y, z = bare.on_faces(bare.vertices).T
    crown = bare.vertices[:, 1].max()
    unit = (crown - eye[1]) / 0.115  # 1 for a head of common size
    behind = (eye[2] - z) / unit
    hairline = np.interp(behind, *np.transpose(_HAIRLINE))
    return {"hair": (y > eye[1] + unit * hairline) & (bare.on_faces(bare.outlines["ear"]) < 0.5)}


def _face_parts(bare: BareBody) -> dict[str, np.ndarray]:
    """Lips, eyes, irises and brows (F,) bool."""
    centers = bare.on_faces(bare.vertices)
    parts = {"lips": bare.on_faces(bare.outlines["lip"]) > 0.35}
    eyes, irises, brows = (np.zeros(len(centers), bool) for _ in range(3))
    for side in ("left_eye", "right_eye"):
        inside = bare.on_faces(bare.outlines[side]) > 0.99
        middle = bare.vertices[bare.outlines[side] > 0.99].mean(0)
        eyes |= inside
        irises |= inside & (normalize(centers - middle)[:, 2] > 0.88)
        out, up, front = ((centers - middle) * (np.sign(middle[0]), 1, 1)).T
        brows |= (np.abs(up - 0.021 - 0.1 * out) < 0.004) & (out > -0.018) & (out < 0.018) & (front > -0.01)
    return {**parts, "hair": brows, "eyes": eyes, "iris": irises}


def _close_shoe_tips(bare: BareBody, face_materials: np.ndarray, vertices: np.ndarray) -> None:
    """In place: close the gaps between the toes: pull them onto the convex hull of the front of the foot.

    The hull along a ray from inside is the nearest of its supporting planes, here of many directions.
    """
    shoes = np.unique(bare.faces[face_materials == list(COLORS).index("shoes")])
    directions = normalize(np.random.default_rng(0).normal(size=(700, 3)))
    for side in ("left", "right"):
        ball = bare.joints[JOINT[f"{side}_foot"]]
        foot = shoes[np.sign(vertices[shoes, 0]) == np.sign(ball[0])]
        inside = np.array([vertices[foot, 0].mean(), ball[1], ball[2] - 0.02])
        toes = foot[vertices[foot, 2] > inside[2]]
        support = ((vertices[toes] - inside) @ directions.T).max(0)
        for _ in range(40):
            vertices[toes] = _neighbor_mean(bare.faces, vertices)[toes]
            facing = normalize(vertices[toes] - inside) @ directions.T
            reach = np.where(facing > 0.05, support / np.maximum(facing, 0.05), np.inf).min(1)
            hull = inside + reach[:, None] * normalize(vertices[toes] - inside)
            share = np.clip((vertices[toes, 2] - inside[2]) / 0.03, 0, 1)[:, None]
            vertices[toes] += share * (hull - vertices[toes])


def _smooth_borders(faces: np.ndarray, face_materials: np.ndarray, vertices: np.ndarray) -> None:
    """In place: turn the stairs between faces of different materials into smooth lines; eyes are round already."""
    start, end = _border_edges(faces, face_materials)
    count = np.bincount(start, minlength=len(vertices))
    line = np.flatnonzero(count == 2)  # not where several lines meet
    for _ in range(_BORDER_ROUNDS):
        for share in (_INWARDS, _OUTWARDS):
            totals = np.stack([np.bincount(start, column[end], len(vertices)) for column in vertices.T], axis=1)
            vertices[line] += share * (totals[line] / 2 - vertices[line])


def _border_edges(faces: np.ndarray, face_materials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second vertex of the edges between faces of different materials, in both directions."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    material = np.repeat(face_materials, faces.shape[1])
    key = np.minimum(start, end) * (faces.max() + 1) + np.maximum(start, end)
    order = np.argsort(key, kind="stable")
    first = order[:-1][np.diff(key[order]) == 0]
    second = order[1:][np.diff(key[order]) == 0]
    in_eye = np.isin(material, [list(COLORS).index(name) for name in ("eyes", "iris")])
    at = (material[first] != material[second]) & ~in_eye[first] & ~in_eye[second]
    one, other = start[first[at]], end[first[at]]
    return np.concatenate([one, other]), np.concatenate([other, one])


def _without_ragged_edges(faces: np.ndarray, chosen: np.ndarray, rounds: int = 3) -> np.ndarray:
    """Give each face the material that most of the faces around it have."""
    for _ in range(rounds):
        votes = np.eye(len(COLORS))[chosen]
        at_corners = np.stack([np.bincount(faces.ravel(), np.repeat(column, 4)) for column in votes.T], axis=1)
        chosen = (at_corners[faces].sum(1) + 1e-3 * votes).argmax(1)
    return chosen


def _neighbor_mean(faces: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mean of the vertices that share an edge with each vertex, values (N, C) -> (N, C)."""
    start, end = _edges(faces)
    totals = [np.bincount(start, column[end], len(values)) for column in values.T]
    return np.stack(totals, axis=1) / np.bincount(start, minlength=len(values))[:, None]


def _stretch(faces: np.ndarray, vertices: np.ndarray, part: np.ndarray) -> None:
    """In place: lay the `part` (N,) bool like a membrane, each vertex in the middle of its neighbors."""
    number = np.cumsum(part) - 1
    start, end = _edges(faces)
    start, end = start[part[start]], end[part[start]]
    system = np.diag(np.bincount(number[start], minlength=part.sum()).astype(np.float64))
    inner = part[end]
    np.add.at(system, (number[start[inner]], number[end[inner]]), -1.0)
    rim = np.zeros((part.sum(), 3))
    np.add.at(rim, number[start[~inner]], vertices[end[~inner]])
    vertices[part] = np.linalg.solve(system, rim)


def _spacing(faces: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Mean length of the edges at each vertex, (N,)."""
    start, end = _edges(faces)
    length = np.linalg.norm(vertices[end] - vertices[start], axis=1)
    return np.bincount(start, length) / np.bincount(start)


def _edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second vertex of the sides of all faces, in both directions."""
    following = np.roll(faces, -1, axis=1)
    return np.concatenate([faces, following]).ravel(), np.concatenate([following, faces]).ravel()


def _normals(faces: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Unit vertex normals (N, 3), area weighted."""
    quads = vertices[faces]
    face_normals = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
    totals = [np.bincount(faces.ravel(), np.repeat(column, 4), len(vertices)) for column in face_normals.T]
    return normalize(np.stack(totals, axis=1))
