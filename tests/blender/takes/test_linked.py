"""Characters linked from another .blend, or overriding such ones, are left alone with a sentence."""

import bpy
import pytest
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take

SENTENCE = 'What is linked from "source.blend" stays as it is: open that file, or make it local.'


@pytest.fixture(params=["linked", "overridden"])
def entry(request, mocap, worker, tmp_path):
    """A listed take whose characters come from source.blend."""
    take = save_take(make_take([motion(20)]), tmp_path / "take.npz")
    entry = take_list.add_take(bpy.context.scene, take)
    characters.make_characters(bpy.context.scene, entry, {1})
    name = scene_index.find_collection(bpy.context.scene, entry.take_id).name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "source.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    with bpy.data.libraries.load(str(tmp_path / "source.blend"), link=True) as (_, wanted):
        wanted.collections = [name]
    (collection,) = wanted.collections
    scene.collection.children.link(collection)
    if request.param == "overridden":
        collection.override_hierarchy_create(scene, bpy.context.view_layer)
    return take_list.add_take(scene, take)


def state():
    return sorted((item.name, item.library is not None, len(item.users_scene)) for item in bpy.data.objects)


def test_nothing_is_changed_and_it_is_said(entry, worker):
    from fake_worker import finished

    scene, before = bpy.context.scene, state()
    assert SENTENCE in characters.make_characters(scene, entry, {1})
    worker.script = [finished(make_take([motion(20, seed=4)]))]
    entry.solve.height = 1.9
    assert bpy.ops.romp_mocap.solve() == {"FINISHED"}
    entry.name, entry.people[0].name = "Other", "Bob"
    assert state() == before
    assert bpy.ops.romp_mocap.remove_take() == {"FINISHED"}
    assert state() == before and not scene.romp_mocap.takes


def test_they_can_be_exported(entry, tmp_path):
    assert bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x.bvh"), format="BVH", which="ALL") == {"FINISHED"}
    assert list(tmp_path.glob("x*.bvh"))


def test_a_scene_of_another_file_is_one_sentence(mocap, tmp_path):
    bpy.context.scene.name = "Theirs"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "source.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "source.blend"), link=True) as (_, wanted):
        wanted.scenes = ["Theirs"]
    bpy.context.window.scene = wanted.scenes[0]
    with pytest.raises(RuntimeError, match=r'The scene "Theirs" is linked from "source\.blend"'):
        bpy.ops.romp_mocap.open_take(filepath=str(tmp_path / "take.npz"))
