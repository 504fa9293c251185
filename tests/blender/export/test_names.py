"""Names that an export offers: of the clip and the person."""

from pathlib import Path

import bpy
import pytest
from project import save
from takes import make_take, motion

from addon.export import targets
from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take


@pytest.fixture
def two(scene, tmp_path):
    take = make_take([motion(40), motion(40, seed=2)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "dance.npz"))
    entry.name = "Dance"
    entry.people[0].name = "Alice"
    characters.make_characters(scene, entry, {1, 2})
    return entry


def test_one_character_names_its_file(two, project):
    save(project / "scene.blend")
    assert targets.suggested(bpy.context, "ACTIVE", "") == str(project / "Dance Alice")
    two.active_person = 1
    assert targets.suggested(bpy.context, "ACTIVE", str(project / "x" / "old.fbx")) == str(
        project / "x" / "Dance Person 2"
    )


def test_several_are_named_by_the_take_once(two, project):
    path = targets.suggested(bpy.context, "ALL", str(project / "old.glb"))
    assert path == str(project / "Dance")
    armatures = targets.targets(bpy.context, "ALL")
    files = targets.files_of(armatures, path, "FBX", "ALL", one_file=False)
    assert sorted(file.name for file, _ in files) == ["Dance Alice.fbx", "Dance Person 2.fbx"]


def test_without_a_character_there_is_a_name_all_the_same(scene):
    assert Path(targets.suggested(bpy.context, "ACTIVE", "")).name == "character"
