"""People are told apart by their shirts, in the colors that they have in images; the user may change them."""

import bpy
import pytest
from takes import make_take, motion

from addon.bake.take import bake_take
from addon.blender import scene_index
from romp_core.images.colors import color_of


def shirt(scene, take_id, person):
    skin = scene_index.find_object(scene, take_id, scene_index.BODY, person)
    return next(slot.material for slot in skin.material_slots if slot.material.name.startswith("shirt"))


def skin_color(scene, take_id, person):
    skin = scene_index.find_object(scene, take_id, scene_index.BODY, person)
    return next(slot.material for slot in skin.material_slots if slot.material.name.startswith("skin"))


def test_each_person_has_a_shirt_of_the_persons_color_and_shares_the_rest(scene):
    take = make_take([motion(10), motion(10, seed=2), motion(10, seed=4)])
    bake_take(scene, take, "Clip")
    shirts = [shirt(scene, take.id, person) for person in (1, 2, 3)]
    assert len(set(shirts)) == 3
    for person, material in zip((1, 2, 3), shirts, strict=True):
        wanted = color_of(person)
        shown = material.diffuse_color[:3]
        assert [each / max(shown) for each in shown] == pytest.approx([each / max(wanted) for each in wanted], abs=1e-3)
    assert len({skin_color(scene, take.id, person) for person in (1, 2, 3)}) == 1


def test_a_shirt_that_the_user_painted_stays(scene):
    take = make_take([motion(10), motion(10, seed=2)])
    bake_take(scene, take, "Clip")
    shirt(scene, take.id, 2).diffuse_color = (1, 0, 0, 1)
    bake_take(scene, take, "Clip")
    assert tuple(shirt(scene, take.id, 2).diffuse_color) == (1, 0, 0, 1)
    count = len(bpy.data.materials)
    bake_take(scene, take, "Clip", {2})
    assert len(bpy.data.materials) == count
