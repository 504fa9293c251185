"""Unreal's mannequins; MPFB's game engine rig and MetaHuman's body have the same names."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

_LIMBS = both(
    "l",
    "r",
    hip="thigh_{}",
    knee="calf_{}",
    ankle="foot_{}",
    foot="ball_{}",
    collar="clavicle_{}",
    shoulder="upperarm_{}",
    elbow="lowerarm_{}",
    wrist="hand_{}",
) | fingers("l", "r", "{finger}_{number:02}_{side}")

FAMILIES = (
    RigFamily(
        "Unreal Engine 5",
        RigMapping(
            middle(
                pelvis="pelvis",
                spine1=("spine_01", "spine_02"),
                spine2=("spine_03", "spine_04"),
                spine3="spine_05",
                neck=("neck_01", "neck_02"),
                head="head",
            )
            | _LIMBS,
            root="root",
            family="ue5",
        ),
    ),
    RigFamily(
        "Unreal Engine 4 or MPFB game engine",
        RigMapping(
            middle(
                pelvis="pelvis", spine1="spine_01", spine2="spine_02", spine3="spine_03", neck="neck_01", head="head"
            )
            | _LIMBS,
            root="root",
            family="ue4",
        ),
    ),
)
