"""The test characters are what they say: recognized as their kind, standing, in the pose asked for."""

import math
from itertools import pairwise

import bpy
import numpy as np
import pytest

from tests.blender.retarget.characters import FAMILIES, POSES, make_character, mapping_of

FAMILY_OF = {"game_engine": "ue4"}


def head(item, bone):
    return np.array(item.matrix_world @ item.data.bones[bone].head_local)


def direction(item, mapping, a, b):
    along = head(item, mapping.bones[b][0]) - head(item, mapping.bones[a][0])
    return along / np.linalg.norm(along)


def heading(item, mapping):
    """Where the left foot points, seen from above."""
    foot = item.data.bones[mapping.bones["left_ankle"][-1]]
    along = np.array(foot.tail_local - foot.head_local) * [1, 1, 0]
    return along / np.linalg.norm(along)


def degrees(a, b):
    return math.degrees(math.acos(np.clip(np.dot(a, b), -1, 1)))


@pytest.mark.parametrize("family", FAMILIES)
def test_characters_are_recognized_as_their_family(family):
    item = make_character(family)
    mapping = mapping_of(item)
    assert mapping.family == FAMILY_OF.get(family, family)
    assert not mapping.missing
    for side, out in (("left", 1.0), ("right", -1.0)):
        hip, ankle = head(item, mapping.bones[f"{side}_hip"][0]), head(item, mapping.bones[f"{side}_ankle"][0])
        assert 0.6 < hip[2] - ankle[2] < 1.1
        assert 0.03 < ankle[2] < 0.15
        assert hip[0] * out > 0.03
        assert degrees(direction(item, mapping, f"{side}_shoulder", f"{side}_elbow"), (out, 0, 0)) < 0.1


@pytest.mark.parametrize("family", ["mixamo", "vroid", "mpfb"])
def test_rest_poses(family):
    for pose, along, turned in (("A", (1, 0, -1), 0), ("neither", (1, -math.tan(math.radians(20)), 0), 15)):
        item = make_character(family, pose=pose)
        mapping = mapping_of(item)
        arm = direction(item, mapping, "left_shoulder", "left_elbow")
        assert degrees(arm, along / np.linalg.norm(along)) < 0.1
        assert degrees(direction(item, mapping, "left_elbow", "left_wrist"), arm) < 0.1
        assert degrees(heading(item, mapping), heading(make_character(family), mapping)) == pytest.approx(
            turned, abs=0.1
        )


def test_legs_are_as_long_as_asked_and_stand_on_the_floor():
    plain, short = make_character("mixamo", mesh=True), make_character("mixamo", legs=0.75, mesh=True)
    mapping = mapping_of(plain)
    bones = [mapping.bones[f"left_{joint}"][0] for joint in ("hip", "knee", "ankle")]

    def leg(item):
        return sum(np.linalg.norm(head(item, a) - head(item, b)) for a, b in pairwise(bones))

    assert leg(short) / leg(plain) == pytest.approx(0.75, abs=1e-4)
    assert head(short, bones[2])[2] == pytest.approx(head(plain, bones[2])[2], abs=1e-4)
    body = short.children[0]
    heights = [(body.matrix_world @ vertex.co).z for vertex in body.data.vertices]
    assert min(heights) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("family", ["mixamo", "rigify"])
def test_scaled_and_turned_objects_are_as_tall_and_face_where_asked(family):
    plain, other = make_character(family), make_character(family, scale=0.01, turned=90, mesh=True)
    mapping = mapping_of(plain)
    bone = mapping.deform.get("left_wrist", mapping.bones["left_wrist"][0])
    x, y, z = head(plain, bone)
    assert np.allclose(head(other, bone), (-y, x, z), atol=1e-4)
    assert other.scale[0] == pytest.approx(0.01)


def test_knees_are_bent_by_five_degrees_more():
    def bend(item):
        mapping = mapping_of(item)
        thigh, shin = (
            direction(item, mapping, f"right_{a}", f"right_{b}") for a, b in (("hip", "knee"), ("knee", "ankle"))
        )
        return thigh, shin

    straight, bent = bend(make_character("vroid")), bend(make_character("vroid", pose="neither"))
    assert degrees(*straight) < 0.1
    assert degrees(*bent) == pytest.approx(5, abs=0.1)
    assert bent[0][1] < 0 < bent[1][1]  # the knee is in front


def test_the_mesh_follows_the_bones():
    item = make_character("rigify", mesh=True)
    body = item.children[0]
    before = max(vertex.co.z for vertex in body.data.vertices)
    for switch in mapping_of(item).switches:
        item.pose.bones[switch.bone][switch.prop] = switch.fk
    item.pose.bones["torso"].location = (0, 0, 0.5)
    bpy.context.view_layer.update()
    shown = body.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    assert max(vertex.co.z for vertex in shown.vertices) == pytest.approx(before + 0.5, abs=0.01)


def test_poses_are_known():
    with pytest.raises(KeyError):
        make_character("mixamo", pose="sitting")
    assert len(POSES) == 4
