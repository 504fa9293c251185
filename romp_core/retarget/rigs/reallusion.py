"""Reallusion's skeleton: ActorCore, AccuRig, Character Creator and iClone."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

FAMILIES = (
    RigFamily(
        "ActorCore, AccuRig or Character Creator",
        RigMapping(
            middle(
                pelvis="CC_Base_Hip",
                spine1="CC_Base_Waist",
                spine2="CC_Base_Spine01",
                spine3="CC_Base_Spine02",
                neck=("CC_Base_NeckTwist01", "CC_Base_NeckTwist02"),
                head="CC_Base_Head",
            )
            | both(
                "L",
                "R",
                hip="CC_Base_{}_Thigh",
                knee="CC_Base_{}_Calf",
                ankle="CC_Base_{}_Foot",
                foot="CC_Base_{}_ToeBase",
                collar="CC_Base_{}_Clavicle",
                shoulder="CC_Base_{}_Upperarm",
                elbow="CC_Base_{}_Forearm",
                wrist="CC_Base_{}_Hand",
            )
            | fingers("L", "R", "CC_Base_{side}_{finger}{number}", ("Index", "Mid", "Pinky", "Ring", "Thumb")),
            root="RL_BoneRoot",
            family="reallusion",
        ),
        also={
            "RL_BoneRoot": ("CC_Base_BoneRoot", "BoneRoot"),
            "CC_Base_L_ToeBase": ("CC_Base_L_ToeBaseShareBone",),
            "CC_Base_R_ToeBase": ("CC_Base_R_ToeBaseShareBone",),
        },
    ),
)
