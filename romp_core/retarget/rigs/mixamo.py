"""Mixamo characters, and the many BVH and FBX files whose bones have the same names without a prefix."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

FAMILIES = (
    RigFamily(
        "Mixamo",
        RigMapping(
            middle(pelvis="Hips", spine1="Spine", spine2="Spine1", spine3="Spine2", neck="Neck", head="Head")
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
            )
            | fingers("Left", "Right", "{side}Hand{finger}{number}", ("Index", "Middle", "Pinky", "Ring", "Thumb")),
            family="mixamo",
        ),
        also={"LeftToeBase": ("LeftToe",), "RightToeBase": ("RightToe",)},
    ),
)
