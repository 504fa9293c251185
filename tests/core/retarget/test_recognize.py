"""Rigs are told by the names of their bones, whatever a file did to them; and what is no known rig by its words."""

from itertools import pairwise

import pytest

from romp_core.retarget.mapping import BODY_JOINTS, TARGET_JOINTS
from romp_core.retarget.recognize import Match, recognize
from romp_core.retarget.rigs import FAMILIES
from tests.skeletons import OUTLINES, Skeleton, outline

UNKNOWN = "Unknown rig"


def best(skeleton: Skeleton) -> Match:
    return recognize(*skeleton)[0]


def with_names(family: str, change) -> Skeleton:
    skeleton = OUTLINES[family]
    return Skeleton(tuple(change(index, name) for index, name in enumerate(skeleton.names)), skeleton.parents)


@pytest.mark.parametrize("family", OUTLINES)
def test_each_family_is_recognized(family: str) -> None:
    match = best(OUTLINES[family])
    assert match.mapping.family == family
    assert match.confidence > 0.9
    assert not match.mapping.missing
    assert match.label == next(known.label for known in FAMILIES if known.key == family)


@pytest.mark.parametrize("family", OUTLINES)
def test_bones_are_listed_once_and_parent_first(family: str) -> None:
    skeleton = OUTLINES[family]
    chains = best(skeleton).mapping.bones.values()
    rows = [[skeleton.names.index(bone) for bone in chain] for chain in chains]
    assert len({row for chain in rows for row in chain}) == sum(map(len, rows))
    for chain in rows:
        for parent, child in pairwise(chain):
            above = child
            while above not in (parent, -1):
                above = skeleton.parents[above]
            assert above == parent


@pytest.mark.parametrize("family", OUTLINES)
@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda index, name: f"Armature|Hero_01:{name}", "prefix"),
        (lambda index, name: f"{name}.001", "suffix"),
        (lambda index, name: f"{name}_{index + 7}", "a number for each bone"),
        (lambda index, name: name.replace(".", "_").replace(":", "_"), "separators"),
        (lambda index, name: name.upper(), "case"),
        (lambda index, name: f"骨_{name}", "another script"),
    ],
    ids=["prefix", "suffix", "numbers", "separators", "case", "script"],
)
def test_what_files_do_to_names_does_not_matter(family: str, change, what: str) -> None:
    plain, changed = best(OUTLINES[family]), best(with_names(family, change))
    assert changed.mapping.family == family, what
    assert changed.confidence == plain.confidence
    names = OUTLINES[family].names
    renamed = {
        joint: tuple(change(names.index(bone), bone) for bone in chain) for joint, chain in plain.mapping.bones.items()
    }
    assert changed.mapping.bones == renamed


def test_mixamo_needs_no_prefix_and_no_fingers() -> None:
    bare = with_names("mixamo", lambda index, name: name.removeprefix("mixamorig:"))
    assert best(bare).mapping.bones["left_elbow"] == ("LeftForeArm",)
    keep = [index for index, name in enumerate(bare.names) if "Hand" not in name or name.endswith("Hand")]
    match = recognize(
        [bare.names[index] for index in keep],
        [keep.index(p) if p >= 0 else -1 for p in (bare.parents[i] for i in keep)],
    )[0]
    assert match.mapping.family == "mixamo"
    assert match.confidence > 0.95


def test_limbs_of_several_bones_are_chains() -> None:
    mpfb, ue5 = best(OUTLINES["mpfb"]).mapping, best(OUTLINES["ue5"]).mapping
    assert mpfb.bones["left_shoulder"] == ("upperarm01.L", "upperarm02.L")
    assert mpfb.bones["neck"] == ("neck01", "neck02", "neck03")
    assert ue5.bones["spine1"] == ("spine_01", "spine_02")
    assert ue5.root == "root"


def test_other_families_are_far_behind() -> None:
    for family, limit in {"ue5": 0.3, "reallusion": 0.3, "mpfb": 0.3, "auto_rig_pro": 0.3, "vroid": 0.3}.items():
        others = [
            match
            for match in recognize(*OUTLINES[family])
            if match.label != UNKNOWN and match.mapping.family not in (family, "ue4")
        ]
        assert all(match.confidence < limit for match in others), others


def test_missing_bones_are_named() -> None:
    mixamo = OUTLINES["mixamo"]
    legs = ("UpLeg", "Leg", "Foot", "Toe")
    keep = [index for index, name in enumerate(mixamo.names) if not any(part in name for part in legs)]
    match = recognize(
        [mixamo.names[index] for index in keep], [keep.index(mixamo.parents[i]) if i else -1 for i in keep]
    )[0]
    assert match.mapping.family == "mixamo"
    assert match.confidence < 0.5
    assert match.mapping.missing == ("left_hip", "right_hip", "left_knee", "right_knee")


def test_what_is_no_body_is_not_recognized() -> None:
    assert recognize(["Bone", "Bone.001", "wheel_front", "扉"], [-1, 0, 0, 2]) == ()
    assert recognize([], []) == ()


@pytest.mark.parametrize("family", set(OUTLINES) - {"auto_rig_pro"})
def test_words_find_the_same_bones_as_the_data(family: str) -> None:
    known = best(OUTLINES[family]).mapping.bones
    words = next(match for match in recognize(*OUTLINES[family]) if match.label == UNKNOWN)
    assert words.confidence <= 0.8
    for joint in ("hip", "knee", "shoulder", "elbow", "wrist"):
        for side in ("left", "right"):
            assert words.mapping.bones[f"{side}_{joint}"] == known[f"{side}_{joint}"]
    assert words.mapping.bones["pelvis"] == known["pelvis"]


BIPED = outline(
    """Bip01(Bip01_Pelvis(Bip01_Spine(Bip01_Spine1(Bip01_Neck(Bip01_Head(Bip01_HeadNub))
        Bip01_*_Clavicle(Bip01_*_UpperArm(Bip01_*_Forearm(Bip01_*_Hand))))
        Bip01_*_Thigh(Bip01_*_Calf(Bip01_*_Foot(Bip01_*_Toe0(Bip01_*_Toe0Nub)))))))""",
    {"*": ("L", "R")},
)
DAZ = outline(
    """hip(pelvis(*ThighBend(*ThighTwist(*Shin(*Foot(*Metatarsals(*Toe(*BigToe)))))))
        abdomenLower(abdomenUpper(chestLower(chestUpper(neckLower(neckUpper(head(*Eye)))
            *Collar(*ShldrBend(*ShldrTwist(*ForearmBend(*ForearmTwist(*Hand(*Thumb1(*Thumb2(*Thumb3))
                *Carpal1(*Index1(*Index2(*Index3)))))))) *Pectoral))))))""",
    {"*": ("l", "r")},
)
WITHOUT_COLLARS = outline(
    """Main(Body_Hips(Body_Chest(Head Shoulder_*(Elbow_*(Wrist_*(Hand_IK_*))))
        Leg_*(Leg2_*(Foot_*))) KneePole_* Sword_handle)""",
    {"*": ("L", "R")},
)


JAPANESE = outline(
    """全ての親(センター(グルーブ(腰(
        上半身(上半身2(首(頭(両目 ～目)) 肩P.～(肩.～(腕.～(腕捩.～(ひじ.～(手捩.～(手首.～(
            人指１.～(人指２.～(人指３.～)) 親指０.～(親指１.～(親指２.～)))))))))))
        下半身(足.～(ひざ.～(足首.～(つま先.～))))))) 足ＩＫ.～(つま先ＩＫ.～))""",
    {"～": ("L", "R")},
)


@pytest.mark.parametrize(
    ("skeleton", "expected"),
    [
        (
            BIPED,
            {"pelvis": "Bip01_Pelvis", "spine1": "Bip01_Spine", "left_hip": "Bip01_L_Thigh",
             "right_knee": "Bip01_R_Calf", "left_foot": "Bip01_L_Toe0",
             "left_collar": "Bip01_L_Clavicle", "right_elbow": "Bip01_R_Forearm", "head": "Bip01_Head"},
        ),
        (
            DAZ,
            {"pelvis": "hip", "left_hip": "lThighBend", "left_knee": "lShin", "left_shoulder": "lShldrBend",
             "left_elbow": "lForearmBend", "left_wrist": "lHand", "left_index1": "lIndex1", "right_thumb3": "rThumb3",
             "spine3": "chestUpper", "neck": "neckLower", "head": "head"},
        ),
        (
            WITHOUT_COLLARS,
            {"pelvis": "Body_Hips", "left_hip": "Leg_L", "left_knee": "Leg2_L", "left_ankle": "Foot_L", "head": "Head",
             "right_shoulder": "Shoulder_R", "right_elbow": "Elbow_R", "right_wrist": "Wrist_R"},
        ),
        (
            JAPANESE,
            {"pelvis": "腰", "spine3": "上半身2", "neck": "首", "head": "頭", "left_hip": "足.L", "left_knee": "ひざ.L",
             "left_ankle": "足首.L", "left_foot": "つま先.L", "right_shoulder": "腕.R", "right_elbow": "ひじ.R",
             "right_wrist": "手首.R", "left_index1": "人指１.L", "left_thumb1": "親指０.L"},
        ),
    ],
    ids=["biped", "daz", "without collars", "japanese"],
)  # fmt: skip
def test_rigs_of_no_known_kind_are_read_by_their_words(skeleton: Skeleton, expected: dict[str, str]) -> None:
    match = best(skeleton)
    assert match.label == UNKNOWN
    assert 0.5 < match.confidence <= 0.8
    assert {joint: match.mapping.bones[joint][0] for joint in expected} == expected
    assert not match.mapping.missing
    assert "left_collar" not in match.mapping.bones or skeleton is not WITHOUT_COLLARS


def test_a_loop_in_the_parents_ends() -> None:
    assert isinstance(recognize(["LeftUpLeg", "LeftLeg", "LeftFoot"], [2, 0, 1]), tuple)


def test_the_data_names_known_joints_only() -> None:
    for family in FAMILIES:
        assert set(family.mapping.bones) <= set(TARGET_JOINTS)
        assert not family.mapping.missing
        assert {limb.joint for limb in family.mapping.ik} <= set(BODY_JOINTS)
