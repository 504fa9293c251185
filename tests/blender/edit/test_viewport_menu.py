"""Who is who, by clicking on the characters: the context menu of the viewport."""

from types import SimpleNamespace

import bpy
import pytest
from layouts import Layout
from takes import make_take, motion

from addon.blender import scene_index
from addon.edit import viewport_menu
from addon.takes import characters, follow, take_list
from romp_core.storage.take_file import save_take

MENUS = ("VIEW3D_MT_object_context_menu", "VIEW3D_MT_pose_context_menu")


@pytest.fixture
def entry(scene, tmp_path):
    take = make_take([motion(40, seed=seed) for seed in (1, 2, 3)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    characters.make_characters(scene, entry, {1, 2, 3})
    return entry


def click(scene, *people):
    """Select the characters of these people, the last one last."""
    bpy.ops.object.select_all(action="DESELECT")
    for person in people:
        item = next(each for each in scene_index.characters(scene) if each[scene_index.PERSON] == person)
        item.select_set(True)
        bpy.context.view_layer.objects.active = item
    follow.object_chosen()  # the message bus calls it in a window


def entries():
    """Texts of the context menus."""
    layout = Layout()
    viewport_menu.draw(SimpleNamespace(layout=layout), bpy.context)
    shown = Layout()
    bpy.types.ROMP_MOCAP_MT_character.draw(SimpleNamespace(layout=shown), bpy.context)
    return layout.menus, shown.texts


def test_a_second_selected_character_is_the_other_person(entry, scene):
    click(scene, 3, 1)
    assert take_list.active_person(scene).person_id == 1
    menus, texts = entries()
    assert menus == ["Motion Capture: Person 1"]
    assert texts[:3] == ["Merge with Person 3", "Swap with Person 3 from Frame", "Assign Frames to Person 3\u2026"]
    assert "Split at Frame" in texts and not any("Person 2" in text for text in texts)


def test_one_selected_character_asks_who_the_other_is(entry, scene):
    click(scene, 2)
    menus, texts = entries()
    assert menus == ["Motion Capture: Person 2"]
    assert not any("Person" in text for text in texts[:1]) and "Remove Person" in texts


def test_other_objects_have_no_such_menu(entry, scene):
    bpy.context.view_layer.objects.active = None
    assert entries()[0] == []
    bpy.ops.object.empty_add()
    assert entries()[0] == []


def test_the_menu_comes_and_goes_with_the_extension(mocap):
    def own(menu):
        return [draw for draw in getattr(bpy.types, menu)._dyn_ui_initialize() if draw == viewport_menu.draw]

    assert all(len(own(menu)) == 1 for menu in MENUS)
    mocap.unregister()
    assert not any(own(menu) for menu in MENUS)
    mocap.register()
