"""SOMA-77, the skeleton of GEM-X and Kimodo: the leg's first bone is called Leg, fingers begin with a palm bone."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

_SIDES = ("Left", "Right")

FAMILIES = (
    RigFamily(
        "SOMA",
        RigMapping(
            middle(
                pelvis="Hips", spine1="Spine1", spine2="Spine2", spine3="Chest", neck=("Neck1", "Neck2"), head="Head"
            )
            | both(
                *_SIDES,
                hip="{}Leg",
                knee="{}Shin",
                ankle="{}Foot",
                foot="{}ToeBase",
                collar="{}Shoulder",
                shoulder="{}Arm",
                elbow="{}ForeArm",
                wrist="{}Hand",
            )
            | fingers(*_SIDES, "{side}Hand{finger}{number}", ("Index", "Middle", "Pinky", "Ring"), first=2)
            | both(*_SIDES, thumb1="{}HandThumb1", thumb2="{}HandThumb2", thumb3="{}HandThumb3"),
            root="Root",
            family="soma",
        ),
    ),
)
