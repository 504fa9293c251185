"""Rigify: the rig that it generates, by its FK controls, and the metarig or a skeleton exported from either.

In a generated rig the torso sits in the middle of the spine. What lies below hangs from it head down: the pelvis'
control is a child of the lower spine. So the torso has the lower spine's rotation, and its position moves the pelvis.
"""

from ..mapping import RigMapping, Switch
from .family import RigFamily, both, fingers, ik_limbs, middle

_SIDES = ("L", "R")
_FINGERS = ("f_index", "f_middle", "f_pinky", "f_ring", "thumb")
_LIMBS = ("upper_arm_parent.{}", "thigh_parent.{}")
_PARENTS = tuple(limb.format(side) for limb in _LIMBS for side in _SIDES)

_CONTROLS = (
    middle(pelvis="spine_fk", spine1="torso", spine2="spine_fk.002", spine3="spine_fk.003", neck="neck", head="head")
    | both(
        *_SIDES,
        hip="thigh_fk.{}",
        knee="shin_fk.{}",
        ankle="foot_fk.{}",
        foot="toe_fk.{}",
        collar="shoulder.{}",
        shoulder="upper_arm_fk.{}",
        elbow="forearm_fk.{}",
        wrist="hand_fk.{}",
    )
    | fingers(*_SIDES, "{finger}.{number:02}.{side}", _FINGERS)
)

_METARIG = (
    middle(
        pelvis="spine",
        spine1="spine.001",
        spine2="spine.002",
        spine3="spine.003",
        neck=("spine.004", "spine.005"),
        head="spine.006",
    )
    | both(
        *_SIDES,
        hip="thigh.{}",
        knee="shin.{}",
        ankle="foot.{}",
        foot="toe.{}",
        collar="shoulder.{}",
        shoulder="upper_arm.{}",
        elbow="forearm.{}",
        wrist="hand.{}",
    )
    | fingers(*_SIDES, "{finger}.{number:02}.{side}", _FINGERS)
)

FAMILIES = (
    RigFamily(
        "Rigify",
        RigMapping(
            _CONTROLS,
            root="root",
            carrier="torso",
            family="rigify",
            switches=tuple(Switch(parent, "IK_FK", fk=1.0, ik=0.0) for parent in _PARENTS),
            constants=(
                ("torso", "neck_follow", 1.0),
                ("torso", "head_follow", 1.0),
                *((parent, "FK_limb_follow", 0.0) for parent in _PARENTS),
                *((parent, "pole_vector", 1.0) for parent in _PARENTS),
                *((parent, prop, 1.0) for parent in _PARENTS for prop in ("IK_parent", "pole_parent")),  # the root
            ),
            ik=(
                *ik_limbs(
                    *_SIDES,
                    "wrist",
                    control="hand_ik.{}",
                    pole="upper_arm_ik_target.{}",
                ),
                *ik_limbs(
                    *_SIDES,
                    "ankle",
                    control="foot_ik.{}",
                    pole="thigh_ik_target.{}",
                    tip="toe_ik.{}",
                ),
            ),
            deform={joint: f"DEF-{chain[0]}" for joint, chain in _METARIG.items()},
        ),
    ),
    RigFamily("Rigify metarig", RigMapping(_METARIG, family="rigify_metarig"), never_with=("ORG-spine", "spine_fk")),
)
