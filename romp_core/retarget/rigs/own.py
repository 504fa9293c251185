"""Our own characters. SMPL-X names its bones the same, so its rigs are found here too."""

from collections.abc import Mapping

from ..mapping import TARGET_JOINTS, RigMapping
from .family import RigFamily

FAMILIES = (
    RigFamily(
        "MoCap character or SMPL-X",
        RigMapping({joint: (joint,) for joint in TARGET_JOINTS}, root="root", family="own"),
    ),
)


def own_mapping(bone_of_joint: Mapping[str, str]) -> RigMapping:
    """The mapping of a character of ours whose bones may have been renamed: joint, or "root" -> bone."""
    bones = {joint: (bone_of_joint[joint],) for joint in TARGET_JOINTS if joint in bone_of_joint}
    return RigMapping(bones, root=bone_of_joint.get("root", ""), family="own")
