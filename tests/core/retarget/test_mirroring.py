"""The other side is filled in from the names of one side."""

from dataclasses import replace

import pytest

from romp_core.retarget.mapping import IkLimb, RigMapping, Switch
from romp_core.retarget.mirroring import mirrored, other_side
from romp_core.retarget.recognize import recognize
from tests.skeletons import OUTLINES


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("mixamorig:LeftArm", "mixamorig:RightArm"), ("thigh.L", "thigh.R"), ("thigh.L.001", "thigh.R.001"),
        ("calf_l", "calf_r"), ("upperarm_twist_01_l", "upperarm_twist_01_r"), ("lThighBend", "rThighBend"),
        ("J_Bip_L_UpperLeg", "J_Bip_R_UpperLeg"), ("LHipJoint", "RHipJoint"), ("Bip01 L Thigh", "Bip01 R Thigh"),
        ("左腕", "右腕"), ("HandL", "HandR"), ("legL1", "legR1"), ("Hand_Left", "Hand_Right"),
        ("LEFT_ARM", "RIGHT_ARM"),
        ("finger1-1.L", "finger1-1.R"), ("left_rear_leg", "right_rear_leg"),
    ],
)  # fmt: skip
def test_names_of_the_other_side(left: str, right: str) -> None:
    names = {left, right, "spine"}
    assert other_side(left, names) == right
    assert other_side(right, names) == left
    assert other_side(left, {left}) == ""


def test_bones_of_the_middle_have_no_other_side() -> None:
    names = {"Leg", "Reg", "lower", "rower", "spine", "Root", "Loot", "neck"}
    assert not any(other_side(name, names) for name in names)


@pytest.mark.parametrize("family", OUTLINES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_one_side_is_enough(family: str, side: str) -> None:
    whole = recognize(*OUTLINES[family])[0].mapping
    half = replace(
        whole,
        bones={joint: chain for joint, chain in whole.bones.items() if not joint.startswith(side)},
        ik=tuple(limb for limb in whole.ik if not limb.joint.startswith(side)),
    )
    completed = mirrored(half, OUTLINES[family].names)
    assert completed.bones == whole.bones
    assert set(completed.ik) == set(whole.ik)


def test_controls_and_properties_are_mirrored_and_what_is_set_stays() -> None:
    given = RigMapping(
        {"left_hip": ("thigh.L",), "left_knee": ("shin.L",), "right_knee": ("leg.R",), "head": ("head",)},
        switches=(Switch("thigh_parent.L", "IK_FK"),),
        constants=(("thigh_parent.L", "FK_limb_follow", 0.0),),
        ik=(IkLimb("left_ankle", "foot_ik.L", pole="pole.L"),),
        deform={"left_hip": "DEF-thigh.L"},
    )
    names = [f"{stem}.{side}" for stem in ("thigh", "shin", "thigh_parent", "foot_ik", "DEF-thigh") for side in "LR"]
    whole = mirrored(given, names)
    assert whole.bones == {**given.bones, "right_hip": ("thigh.R",)}
    assert whole.switches == (Switch("thigh_parent.L", "IK_FK"), Switch("thigh_parent.R", "IK_FK"))
    assert whole.constants[1] == ("thigh_parent.R", "FK_limb_follow", 0.0)
    assert whole.ik[1] == IkLimb("right_ankle", "foot_ik.R")
    assert whole.deform == {"left_hip": "DEF-thigh.L", "right_hip": "DEF-thigh.R"}
