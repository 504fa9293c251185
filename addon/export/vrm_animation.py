"""glTF files that players of VRM characters take as animations: which node is which bone of a humanoid.

Format: the glTF extension VRMC_vrm_animation 1.0 (github.com/vrm-c/vrm-specification). Its rest pose is a T-pose.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .glb import edited

if TYPE_CHECKING:
    from .motion import SampledMotion

_EXTENSION = "VRMC_vrm_animation"
_LEAST_CONFIDENCE = 0.5
_LEVEL = 0.98  # cosine of the largest angle of upper arms to the x axis


def humanoid_bones(motion: SampledMotion) -> dict[str, str]:
    """Bone of each bone of VRM's humanoid; {} when the skeleton lacks some, or does not rest in a T-pose."""
    from romp_core.retarget.mapping import REQUIRED
    from romp_core.retarget.recognize import recognize
    from romp_core.retarget.rigs import FAMILIES

    matches = recognize(motion.bones, motion.parents.tolist())
    if not matches or matches[0].confidence < _LEAST_CONFIDENCE:
        return {}
    own = matches[0].mapping.bones
    if any(len(own.get(joint, ())) != 1 for joint in REQUIRED) or not _is_t_pose(motion, own):
        return {}
    humanoid = next(family for family in FAMILIES if family.key == "vrm1").mapping.bones
    return {name: own[joint][0] for joint, (name,) in humanoid.items() if len(own.get(joint, ())) == 1}


def _is_t_pose(motion: SampledMotion, own: Mapping[str, tuple[str, ...]]) -> bool:
    for side in ("left", "right"):
        shoulder, elbow = (motion.bones.index(own[f"{side}_{joint}"][0]) for joint in ("shoulder", "elbow"))
        arm = motion.rest[elbow, :3, 3] - motion.rest[shoulder, :3, 3]
        if abs(arm[0]) < _LEVEL * float((arm**2).sum()) ** 0.5:
            return False
    return True


def add_humanoid(path: Path, bones: dict[str, str]) -> None:
    """Name the humanoid's bones in a binary glTF file."""
    with edited(path) as tree:
        index_of = {node.get("name"): index for index, node in enumerate(tree["nodes"])}
        nodes = {name: {"node": index_of[bone]} for name, bone in bones.items()}
        tree["extensionsUsed"] = [*tree.get("extensionsUsed", ()), _EXTENSION]
        tree.setdefault("extensions", {})[_EXTENSION] = {"specVersion": "1.0", "humanoid": {"humanBones": nodes}}
