"""Mappings are kept in JSON files; whatever is wrong with one is said in a clear sentence."""

import json
import os
from pathlib import Path

import pytest

from romp_core.errors import RetargetError
from romp_core.retarget.mapping import IkLimb, RigMapping, Switch
from romp_core.retarget.mapping_file import check_bones, load_mapping, save_mapping
from romp_core.retarget.recognize import recognize
from tests.skeletons import OUTLINES

FULL = RigMapping(
    {"pelvis": ("Hüfte",), "left_shoulder": ("腕.L", "腕2.L"), "left_ankle": ("Fuß.L",)},
    root="root",
    carrier="torso",
    family="rigify",
    switches=(Switch("arm.L", "IK_FK", 1.0, 0.0),),
    constants=(("torso", "neck_follow", 1.0),),
    ik=(IkLimb("left_ankle", "foot_ik.L", pole="knee.L", tip="toe_ik.L"),),
    deform={"pelvis": "DEF-spine"},
)


def written(folder: Path, content: object) -> Path:
    path = folder / "rig.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "Zoë.json"
    save_mapping(path, FULL)
    assert load_mapping(path) == FULL
    assert "腕.L" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("family", OUTLINES)
def test_what_was_recognized_survives(tmp_path: Path, family: str) -> None:
    names = OUTLINES[family].names
    mapping = recognize(*OUTLINES[family])[0].mapping
    save_mapping(tmp_path / "rig.json", mapping)
    assert load_mapping(tmp_path / "rig.json", names) == mapping


def test_a_mapping_can_be_written_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path, {"pelvis": "Hips", "left_hip": ["Thigh", "Thigh2"], "neck": "", "root": "Base"})
    mapping = load_mapping(path, ["Base", "Hips", "Thigh", "Thigh2"])
    assert mapping.bones == {"pelvis": ("Hips",), "left_hip": ("Thigh", "Thigh2")}
    assert mapping.root == "Base"


@pytest.mark.parametrize(
    ("content", "sentence", "hint"),
    [
        ("pelvis: Hips", '"rig.json" is not a JSON file.', "saved under Mapping"),
        ("[" * 100_000, '"rig.json" is not a JSON file.', "saved under Mapping"),
        ([1, 2], '"rig.json" is not a mapping of a rig.', "saved under Mapping"),
        ({}, '"rig.json" is not a mapping of a rig.', "saved under Mapping"),
        ({"format": "glTF", "bones": {}}, '"rig.json" is not a mapping of a rig.', "saved under Mapping"),
        ({"version": 2, "bones": {}}, '"rig.json" was saved by a newer version of this extension.', "Update"),
        ({"bones": {}, "switchs": []}, '"rig.json" has an entry "switchs" that no mapping has.', '"switches"'),
        ({"left_knie": "Shin"}, '"rig.json" names a joint "left_knie" that does not exist.', '"left_knee"'),
        ({"bones": {"tail": "Tail"}}, '"rig.json" names a joint "tail" that does not exist.', "Joints are: pelvis"),
        ({"bones": {"pelvis": 3}}, '"rig.json" is damaged: its entries are not those of a mapping.', "saved under"),
        ({"bones": {"pelvis": ["Hips", ""]}}, '"rig.json" gives the pelvis a bone without a name.', "Leave"),
        ({"bones": {}, "switches": [{"bone": "a"}]}, '"rig.json" is damaged: its entries are not those', "saved"),
        ({"bones": {}, "constants": [["a", "b", "c"]]}, '"rig.json" is damaged: its entries are not those', "saved"),
        ({"bones": {}, "ik": [{"joint": "left_knee", "control": "a"}]}, '"rig.json" is damaged: its', "saved"),
        ({"bones": {}, "ik": [{"joint": "left_ankle", "controls": "a"}]}, '"rig.json" is damaged: its', "saved"),
        (
            {"pelvis": "Hips", "spine1": "Hips"},
            'The bone "Hips" is mapped to two joints: pelvis and spine1.',
            "Choose another bone",
        ),
        (
            {"left_hip": "Thigh.L"},
            'The rig has no bone "Thigh.L", which the mapping names as left hip.',
            'Did you mean "Thigh_L"?',
        ),
        (
            {"pelvis": "Hips", "root": "Ground"},
            'The rig has no bone "Ground", which the mapping names as the root.',
            "Choose another bone",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: object, sentence: str, hint: str) -> None:
    with pytest.raises(RetargetError) as caught:
        load_mapping(written(tmp_path, content), ["Hips", "Thigh_L"])
    assert caught.value.sentence.startswith(sentence)
    assert hint in caught.value.hint


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(RetargetError, match="cannot be read: no such file"):
        load_mapping(tmp_path / "none.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(RetargetError, match="cannot be written to"):
        save_mapping(tmp_path / "file" / "rig.json", FULL)
    assert os.listdir(tmp_path) == ["file"]


def test_controls_are_checked_too() -> None:
    mapping = RigMapping({"pelvis": ("Hips",)}, ik=(IkLimb("left_ankle", "foot_ik.L"),))
    with pytest.raises(RetargetError, match=r'no bone "foot_ik.L", which the mapping names as an IK control'):
        check_bones(mapping, ["Hips"])
