"""Makes `legacy_0.1.0_blender_<version>.blend` and its take: a file as version 0.1.0 left it.

Run it in a checkout of version 0.1.0, with the bpy module of that Blender: `python make_legacy_blend.py FOLDER`.
It uses that checkout's own `tests/blender/takes.py`. The files here come from Blender 4.2.23 and 5.2.3; both scenes
list one take of two people, the first of whom has a body and a gap, and are set up for another capture.
"""

import os
import sys
from pathlib import Path

sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "tests", "blender")]

import bpy  # noqa: E402
from romp_core.take_io import save_take  # noqa: E402
from takes import footage, make_take, motion  # noqa: E402

import addon  # noqa: E402
from addon import catalogue as catalog  # noqa: E402

FRAMES = 8


def main(folder: Path) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon.register()
    scene = bpy.context.scene
    take = make_take(
        [motion(FRAMES, gaps=[(3, 4)]), motion(FRAMES, seed=2)], footage(FRAMES, path="clip.mp4"), id="old"
    )
    path = save_take(take, folder / "legacy_0.1.0.npz")
    entry = catalog.add_take(scene, path)
    catalog.make_characters(scene, entry, {1})
    scene.mocap.with_body = False
    catalog.make_characters(scene, entry, {2})
    entry.name = "Old Dance"
    entry.people[0].name = "Alice"
    entry.people[1].height = 1.5
    entry.solve.strength = 0.25
    entry.active_person = 1
    entry.path = f"//{path.name}"
    group = scene.mocap
    group.source, group.with_root = "//clip.mp4", True
    group.capture.model, group.capture.start, group.capture.flow_rounds = "trace", 2.0, 7
    group.solve.height, group.solve.fov, group.solve.follow_camera = 1.6, 40.0, False
    for number, place in enumerate(("0.2000,0.5000", "0.5000,0.4000"), 1):
        candidate = group.scout.people.add()
        candidate.number, candidate.place = number, place
    group.scout.people[1].chosen = True
    group.capture.newcomers = False
    slim(bpy.data.meshes)
    name = f"legacy_0.1.0_blender_{bpy.app.version[0]}.{bpy.app.version[1]}.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / name), compress=True)


def slim(meshes) -> None:
    """Keep ten faces of each body and none of its sliders: only its marks matter."""
    import bmesh

    for mesh in meshes:
        item = next(item for item in bpy.data.objects if item.data == mesh)
        item.shape_key_clear()
        work = bmesh.new()
        work.from_mesh(mesh)
        work.verts.ensure_lookup_table()
        bmesh.ops.delete(work, geom=work.verts[20:], context="VERTS")
        work.to_mesh(mesh)
        work.free()


main(Path(sys.argv[1]))
sys.stdout.flush()
os._exit(0)
