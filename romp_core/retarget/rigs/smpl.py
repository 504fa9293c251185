"""SMPL and SMPL-H by their official names, and BVH files of SAM 3D Body tools, whose spine is named differently."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

_LIMBS = both(
    "L",
    "R",
    hip="{}_Hip",
    knee="{}_Knee",
    ankle="{}_Ankle",
    foot="{}_Foot",
    collar="{}_Collar",
    shoulder="{}_Shoulder",
    elbow="{}_Elbow",
    wrist="{}_Wrist",
)

FAMILIES = (
    RigFamily(
        "SMPL",
        RigMapping(
            middle(pelvis="Pelvis", spine1="Spine1", spine2="Spine2", spine3="Spine3", neck="Neck", head="Head")
            | _LIMBS
            | fingers("L", "R", "{side}_{finger}{number}", ("Index", "Middle", "Pinky", "Ring", "Thumb")),
            root="root",
            family="smpl",
        ),
    ),
    RigFamily(
        "SAM 3D Body BVH",
        RigMapping(
            middle(pelvis="Pelvis", spine1="Spine", spine2="Spine1", spine3="Spine2", neck="Neck", head="Head")
            | _LIMBS,
            family="sam3d_bvh",
        ),
    ),
)
