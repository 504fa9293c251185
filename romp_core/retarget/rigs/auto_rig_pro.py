"""Auto-Rig Pro's control rig, by its FK controls."""

from ..mapping import RigMapping, Switch
from .family import RigFamily, both, fingers, ik_limbs, middle

_SIDES = ("l", "r")

FAMILIES = (
    RigFamily(
        "Auto-Rig Pro",
        RigMapping(
            middle(
                pelvis="c_root_master.x",
                spine1="c_spine_01.x",
                spine2="c_spine_02.x",
                spine3="c_spine_03.x",
                neck="c_neck.x",
                head="c_head.x",
            )
            | both(
                *_SIDES,
                hip="c_thigh_fk.{}",
                knee="c_leg_fk.{}",
                ankle="c_foot_fk.{}",
                foot="c_toes_fk.{}",
                collar="c_shoulder.{}",
                shoulder="c_arm_fk.{}",
                elbow="c_forearm_fk.{}",
                wrist="c_hand_fk.{}",
            )
            | fingers(*_SIDES, "c_{finger}{number}.{side}"),
            root="c_traj",
            family="auto_rig_pro",
            switches=tuple(
                Switch(bone.format(side), "ik_fk_switch", fk=1.0, ik=0.0)
                for bone in ("c_hand_ik.{}", "c_foot_ik.{}")
                for side in _SIDES
            ),
            ik=(
                *ik_limbs(*_SIDES, "wrist", control="c_hand_ik.{}", pole="c_arms_pole.{}"),
                *ik_limbs(*_SIDES, "ankle", control="c_foot_ik.{}", pole="c_leg_pole.{}", tip="c_toes_ik.{}"),
            ),
            deform={"pelvis": "root.x", "spine1": "spine_01.x", "spine2": "spine_02.x", "spine3": "spine_03.x"},
        ),
        also={"c_traj": ("c_pos",)},
    ),
)
