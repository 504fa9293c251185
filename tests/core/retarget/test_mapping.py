"""What a mapping knows about itself."""

from romp_core.retarget.mapping import REQUIRED, TARGET_JOINTS, RigMapping


def test_the_missing_joints_are_named() -> None:
    bones = {joint: (joint,) for joint in REQUIRED if joint != "left_knee"}
    assert RigMapping(bones).missing == ("left_knee",)
    assert not RigMapping({joint: (joint,) for joint in REQUIRED}).missing


def test_every_joint_has_one_name() -> None:
    assert len(TARGET_JOINTS) == 52 == len(set(TARGET_JOINTS))
    assert set(REQUIRED) < set(TARGET_JOINTS)
