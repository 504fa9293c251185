"""Skeletons of motion capture files: CMU's, and the one that Daz and Poser made common in BVH files."""

from ..mapping import RigMapping
from .family import RigFamily, both, middle

FAMILIES = (
    RigFamily(
        "CMU motion capture",
        RigMapping(
            middle(
                pelvis="Hips",
                spine1="LowerBack",
                spine2="Spine",
                spine3="Spine1",
                neck=("Neck", "Neck1"),
                head="Head",
            )
            | both(
                "Left",
                "Right",
                hip="{}UpLeg",
                knee="{}Leg",
                ankle="{}Foot",
                foot="{}ToeBase",
                collar="{}Shoulder",
                shoulder="{}Arm",
                elbow="{}ForeArm",
                wrist="{}Hand",
                middle1="{}FingerBase",
                middle2="{}HandFinger1",
            )
            | both("L", "R", thumb1="{}Thumb"),
            family="cmu",
        ),
    ),
    RigFamily(
        "Daz or Poser BVH",
        RigMapping(
            middle(pelvis="hip", spine1="abdomen", spine3="chest", neck="neck", head="head")
            | both(
                "l",
                "r",
                hip="{}Thigh",
                knee="{}Shin",
                ankle="{}Foot",
                foot="{}Toe",
                collar="{}Collar",
                shoulder="{}Shldr",
                elbow="{}ForeArm",
                wrist="{}Hand",
            ),
            family="daz_bvh",
        ),
    ),
)
