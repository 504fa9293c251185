"""What a program makes of VMC messages: it poses a humanoid in Unity's space, and here reads its joints in ours."""

import numpy as np

from romp_core.geometry.rotations import matrix_from_quat

PARENTS = {
    "Spine": "Hips", "Chest": "Spine", "UpperChest": "Chest", "Neck": "UpperChest", "Head": "Neck",
    **{f"{side}{bone}": f"{side}{parent}" for side in ("Left", "Right") for bone, parent in (
        ("LowerLeg", "UpperLeg"), ("Foot", "LowerLeg"), ("Toes", "Foot"),
        ("UpperArm", "Shoulder"), ("LowerArm", "UpperArm"), ("Hand", "LowerArm"),
    )},
    **{f"{side}{finger}{part}": f"{side}{finger}{parent}" for side in ("Left", "Right")
       for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
       for part, parent in (("Intermediate", "Proximal"), ("Distal", "Intermediate"))},
    **{f"{side}{finger}Proximal": f"{side}Hand" for side in ("Left", "Right")
       for finger in ("Thumb", "Index", "Middle", "Ring", "Little")},
    **{f"{side}UpperLeg": "Hips" for side in ("Left", "Right")},
    **{f"{side}Shoulder": "UpperChest" for side in ("Left", "Right")},
}  # fmt: skip
"""Of Unity's humanoid, as its documentation has it."""
JOINTS = {
    "Hips": 0, "LeftUpperLeg": 1, "RightUpperLeg": 2, "Spine": 3, "LeftLowerLeg": 4, "RightLowerLeg": 5, "Chest": 6,
    "LeftFoot": 7, "RightFoot": 8, "UpperChest": 9, "LeftToes": 10, "RightToes": 11, "Neck": 12, "LeftShoulder": 13,
    "RightShoulder": 14, "Head": 15, "LeftUpperArm": 16, "RightUpperArm": 17, "LeftLowerArm": 18, "RightLowerArm": 19,
    "LeftHand": 20, "RightHand": 21,
}  # fmt: skip


def world_joints(bones: dict[str, list[float]]) -> dict[str, np.ndarray]:
    """World positions (z up, right-handed) from local positions and rotations xyzw of bones in Unity's space."""

    def placed(name: str) -> tuple[np.ndarray, np.ndarray]:
        values = np.array(bones[name])
        # in a left-handed space a quaternion is used by the very same formula
        step, turn = values[:3], matrix_from_quat(values[[6, 3, 4, 5]])
        if name not in PARENTS:
            return step, turn
        position, above = placed(PARENTS[name])
        return position + above @ step, above @ turn

    found = {}
    for name in bones:
        x, y, z = placed(name)[0]
        found[name] = np.array([-x, -z, y])  # left-handed y up, facing +z -> z up, facing -y
    return found
