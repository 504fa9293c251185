"""Keypoint layouts are consistent with themselves and with the skeleton."""

import pytest

from romp_core.geometry.skeleton import JOINT, JOINTS
from romp_core.take.keypoints import BLAZEPOSE_33, COCO_17, LAYOUTS, SMPL_24


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_layouts_are_consistent(layout):
    assert len(layout) == len(layout.names) == len(set(layout.names)) == len(layout.smpl_joints)
    assert str(len(layout)) == layout.name.rpartition("_")[2]
    assert [layout.mirror[other] for other in layout.mirror] == list(range(len(layout)))
    for index, other in enumerate(layout.mirror):
        assert (index == other) == ("left" not in layout.names[index] and "right" not in layout.names[index])
    mirrored = {frozenset((layout.mirror[a], layout.mirror[b])) for a, b in layout.edges}
    assert mirrored == {frozenset(edge) for edge in layout.edges}
    assert len(mirrored) == len(layout.edges)
    connected = {index for edge in layout.edges for index in edge}
    assert connected == set(range(len(layout)))
    for index, joint in enumerate(layout.smpl_joints):
        if joint >= 0:
            assert JOINTS[layout.smpl_joints[layout.mirror[index]]].split("_")[-1] == JOINTS[joint].split("_")[-1]


def test_keypoints_at_their_published_indices():
    assert (BLAZEPOSE_33.pair("shoulder"), BLAZEPOSE_33.pair("foot_index")) == ([11, 12], [31, 32])
    assert (BLAZEPOSE_33.mirror[9], COCO_17.pair("ankle"), SMPL_24.pair("hip")) == (10, [15, 16], [1, 2])
    assert BLAZEPOSE_33.smpl_joints[31] == JOINT["left_foot"] and BLAZEPOSE_33.smpl_joints[0] == -1
    assert [COCO_17.smpl_joints[i] for i in COCO_17.pair("wrist")] == [JOINT["left_wrist"], JOINT["right_wrist"]]


def test_an_unknown_keypoint_is_an_error():
    with pytest.raises(ValueError, match="not in tuple"):
        COCO_17.index("tail")
