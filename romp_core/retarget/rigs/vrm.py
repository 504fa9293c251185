"""VRM characters: VRoid's bone names, and the names of VRM's and Unity's humanoid bones."""

from ..mapping import RigMapping
from .family import Bones, RigFamily, both, fingers, middle

_FINGERS = ("Index", "Middle", "Little", "Ring", "Thumb")
_SEGMENTS = {1: "Proximal", 2: "Intermediate", 3: "Distal"}
_VRM1_THUMB = {1: "Metacarpal", 2: "Proximal", 3: "Distal"}


def _humanoid(thumb: dict[int, str]) -> Bones:
    segments = fingers("left", "right", "{side}{finger} {number}", _FINGERS)
    return (
        middle(pelvis="hips", spine1="spine", spine2="chest", spine3="upperChest", neck="neck", head="head")
        | both(
            "left",
            "right",
            hip="{}UpperLeg",
            knee="{}LowerLeg",
            ankle="{}Foot",
            foot="{}Toes",
            collar="{}Shoulder",
            shoulder="{}UpperArm",
            elbow="{}LowerArm",
            wrist="{}Hand",
        )
        | {
            joint: (f"{finger}{(thumb if 'Thumb' in finger else _SEGMENTS)[int(number)]}",)
            for joint, (name,) in segments.items()
            for finger, number in [name.split()]
        }
    )


FAMILIES = (
    RigFamily(
        "VRoid",
        RigMapping(
            middle(
                pelvis="J_Bip_C_Hips",
                spine1="J_Bip_C_Spine",
                spine2="J_Bip_C_Chest",
                spine3="J_Bip_C_UpperChest",
                neck="J_Bip_C_Neck",
                head="J_Bip_C_Head",
            )
            | both(
                "L",
                "R",
                hip="J_Bip_{}_UpperLeg",
                knee="J_Bip_{}_LowerLeg",
                ankle="J_Bip_{}_Foot",
                foot="J_Bip_{}_ToeBase",
                collar="J_Bip_{}_Shoulder",
                shoulder="J_Bip_{}_UpperArm",
                elbow="J_Bip_{}_LowerArm",
                wrist="J_Bip_{}_Hand",
            )
            | fingers("L", "R", "J_Bip_{side}_{finger}{number}", _FINGERS),
            root="Root",
            family="vroid",
        ),
    ),
    RigFamily("VRM 1 humanoid", RigMapping(_humanoid(_VRM1_THUMB), root="root", family="vrm1")),
    RigFamily("VRM 0 or Unity humanoid", RigMapping(_humanoid(_SEGMENTS), root="root", family="vrm0")),
)
