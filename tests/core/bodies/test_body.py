"""The embedded body looks, stands and bends like a person."""

import numpy as np
import pytest

from romp_core.bodies import embedded as body_module
from romp_core.bodies.body import Body
from romp_core.bodies.embedded import load_body
from romp_core.errors import ModelError
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.geometry.skeleton import JOINT, JOINTS, N_JOINTS, PARENTS, forward_kinematics

STANDING = np.tile([1.0, 0.0, 0.0, 0.0], (N_JOINTS, 1))


@pytest.fixture(scope="module")
def body() -> Body:
    return load_body().scaled(1.70)


def volume_l(body: Body) -> float:
    """Enclosed volume in litres; negative if the faces look inwards."""
    quads = body.vertices.astype(np.float64)[body.faces]
    halves = (quads[:, [0, 1, 2]], quads[:, [0, 2, 3]])
    return 1000 / 6 * sum(np.einsum("fa,fa->", tri[:, 0], np.cross(tri[:, 1], tri[:, 2])) for tri in halves)


def test_t_pose_stands_along_the_axes_and_faces_z(body):
    joints = dict(zip(JOINTS, body.joints, strict=True))
    assert np.abs(joints["pelvis"]).max() == 0
    for side, sign in (("left", 1), ("right", -1)):
        arm = np.array([joints[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist", "hand")])
        leg = np.array([joints[f"{side}_{part}"] for part in ("hip", "knee", "ankle")])
        assert np.ptp(arm[:, 1:], axis=0).max() < 1e-4
        assert (sign * np.diff(arm[:, 0]) > 0.05).all()
        assert np.ptp(leg[:, [0, 2]], axis=0).max() < 1e-4
        assert (np.diff(leg[:, 1]) < -0.3).all()
        assert joints[f"{side}_foot"][2] > joints[f"{side}_ankle"][2] + 0.08
    eyes = body.vertices[np.unique(body.faces[materials(body, "iris")])]
    assert eyes[:, 2].min() > joints["head"][2] + 0.05
    assert body.vertices[:, 1].min() == pytest.approx(body.floor_m)
    assert joints["left_ankle"][1] - body.floor_m == pytest.approx(0.085, abs=0.025)


def materials(body: Body, *names: str) -> np.ndarray:
    return np.isin(body.face_materials, [i for i, each in enumerate(body.materials) if each.name in names])


def test_mesh_is_one_skin_with_two_eyes_and_nothing_else(body):
    """Helper geometry (joint cubes, clothes proxies) would be further pieces."""
    piece = np.arange(len(body.vertices))
    while True:
        least = piece[body.faces].min(1)
        before = piece.copy()
        for corner in body.faces.T:
            np.minimum.at(piece, corner, least)
        if (piece == before).all():
            break
    sizes = np.unique(piece, return_counts=True)[1]
    assert sorted(sizes)[:2] == [72, 72]
    assert len(sizes) == 3
    assert np.unique(body.faces).size == len(body.vertices)


def test_volume_is_that_of_a_person(body):
    assert 50 < volume_l(body) < 85


def test_proportions_are_human(body):
    """Joint distances over body height; the ranges span de Leva (1996) and the means of common body models."""
    bones = {
        ("left_shoulder", "left_elbow"): (0.145, 0.175),
        ("left_elbow", "left_wrist"): (0.135, 0.158),
        ("left_hip", "left_knee"): (0.215, 0.255),
        ("left_knee", "left_ankle"): (0.235, 0.255),
        ("left_shoulder", "right_shoulder"): (0.18, 0.23),
        ("left_hip", "right_hip"): (0.09, 0.14),
        ("pelvis", "neck"): (0.29, 0.34),
    }
    for (start, end), (low, high) in bones.items():
        length = np.linalg.norm(body.joints[JOINT[end]] - body.joints[JOINT[start]])
        assert low < length / body.height_m < high, (start, end)


def test_skin_weights_are_a_partition_and_keep_to_their_side(body):
    assert body.weights.shape == body.weight_joints.shape == (len(body.vertices), 4)
    assert body.weights.min() >= 0
    np.testing.assert_allclose(body.weights.sum(1), 1, atol=1e-4)
    for side, sign in (("left", 1), ("right", -1)):
        limbs = [JOINT[f"{side}_{part}"] for part in ("elbow", "wrist", "hand", "knee", "ankle", "foot")]
        other_side = sign * body.vertices[:, 0] < -0.01
        assert body.joint_weights[other_side][:, limbs].max() == 0


def test_person_is_dressed_from_head_to_toe(body):
    centers = body.vertices[body.faces].mean(1)
    height = {name: centers[materials(body, name)][:, 1] - body.floor_m for name in (m.name for m in body.materials)}
    assert height["hair"].min() > height["shirt"].max() - 0.05
    assert height["shirt"].min() > height["trousers"].max() - 0.1
    assert height["shoes"].max() < 0.15
    assert np.mean(height["lips"]) < np.mean(height["eyes"]) < np.mean(height["hair"])
    assert materials(body, "shirt", "trousers", "shoes").mean() > 0.3


def test_posed_mesh_follows_the_skeleton(body):
    rotations = STANDING.copy()
    rotations[JOINT["left_shoulder"]] = quat_from_rotvec(np.array([0, 0, -1.2]))
    rotations[JOINT["left_elbow"]] = quat_from_rotvec(np.array([0, -0.8, 0]))
    rotations[0] = quat_from_rotvec(np.array([0, 0.5, 0]))
    root = np.array([0.3, 1.0, -2.0])
    vertices = body.posed(rotations, root)
    joints, _ = forward_kinematics(rotations, root, body.joints)
    for name in ("left_hand", "right_knee", "head"):
        rigid = body.joint_weights[:, JOINT[name]] > 0.999
        rest = np.linalg.norm(body.vertices[rigid] - body.joints[JOINT[name]], axis=1)
        posed = np.linalg.norm(vertices[rigid] - joints[JOINT[name]], axis=1)
        assert rigid.sum() > 20
        np.testing.assert_allclose(posed, rest, atol=1e-4)
    lifted = body.posed(STANDING, root) - body.vertices
    np.testing.assert_allclose(lifted, np.broadcast_to(root, lifted.shape), atol=1e-5)


def test_squat_and_hanging_arms_keep_the_volume(body):
    """Skin that tears, folds inside out or collapses shows in the volume."""
    rotations = STANDING.copy()
    for side, sign in (("left", 1), ("right", -1)):
        rotations[JOINT[f"{side}_shoulder"]] = quat_from_rotvec(np.array([0, 0, -1.25 * sign]))
        rotations[JOINT[f"{side}_hip"]] = quat_from_rotvec(np.array([-1.4, 0, 0]))
        rotations[JOINT[f"{side}_knee"]] = quat_from_rotvec(np.array([1.8, 0, 0]))
    squatting = Body(**{**vars_of(body), "vertices": body.posed(rotations, np.zeros(3))})
    assert volume_l(squatting) == pytest.approx(volume_l(body), rel=0.08)


def vars_of(body: Body) -> dict:
    return {name: getattr(body, name) for name in body.__dataclass_fields__}


def test_shape_keys_do_what_they_say(body):
    def shaped(name: str) -> Body:
        return body.shaped({name: 1.0})

    def width(shape: Body, joint: str) -> float:
        return shape.joints[JOINT[f"left_{joint}"], 0] - shape.joints[JOINT[f"right_{joint}"], 0]

    assert shaped("Age: child").height_m < 1.40 < shaped("Height: short").height_m < body.height_m
    assert shaped("Height: tall").height_m > body.height_m + 0.15
    assert volume_l(shaped("Weight: light")) < 0.93 * volume_l(body)
    assert volume_l(shaped("Weight: heavy")) > 1.12 * volume_l(body)
    assert volume_l(shaped("Muscle: strong")) > volume_l(body)
    female, male = shaped("Gender: female"), shaped("Gender: male")
    assert female.height_m < body.height_m < male.height_m
    assert width(female, "shoulder") / width(female, "hip") < width(male, "shoulder") / width(male, "hip")


def test_every_shape_stays_a_t_pose_with_joints_inside_the_skin(body):
    for key in body.shape_keys:
        shape = body.shaped({key.name: 1.0})
        arm = shape.joints[[JOINT[f"left_{part}"] for part in ("shoulder", "elbow", "wrist", "hand")]]
        assert np.ptp(arm[:, 1:], axis=0).max() < 1e-3, key.name
        assert shape.height_m == pytest.approx(np.ptp(shape.vertices[:, 1]), abs=0.02), key.name
        for joint in ("left_knee", "right_elbow"):
            near = shape.vertices[body.joint_weights[:, JOINT[joint]] > 0.3]
            parent = shape.vertices[body.joint_weights[:, PARENTS[JOINT[joint]]] > 0.3]
            low, high = np.concatenate([near, parent]).min(0), np.concatenate([near, parent]).max(0)
            assert (low < shape.joints[JOINT[joint]]).all() and (shape.joints[JOINT[joint]] < high).all(), key.name


def test_scaling_keeps_shape_keys_and_joints_in_step():
    small, large = load_body().scaled(1.2), load_body().scaled(1.8)
    assert small.height_m == 1.2
    np.testing.assert_allclose(small.rest_joints(1.8), large.joints, atol=1e-5)
    key = "Weight: heavy"
    np.testing.assert_allclose(small.shaped({key: 1}).vertices * 1.5, large.shaped({key: 1}).vertices, atol=1e-5)


def test_unknown_shape_key_names_the_known_ones(body):
    with pytest.raises(ModelError, match=r"Taller.*Height: tall"):
        body.shaped({"Taller": 1.0})


def test_unbuilt_package_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setattr(body_module, "BODY_PATH", tmp_path / "body.npz")
    with pytest.raises(ModelError, match=r"python build_addon\.py build"):
        load_body.__wrapped__()


@pytest.mark.parametrize(
    ("one", "other"), [("hair", "skin"), ("shirt", "skin"), ("shirt", "trousers"), ("trousers", "shoes")]
)
def test_borders_of_hair_and_clothes_are_smooth_lines(one: str, other: str) -> None:
    body = load_body()
    names = [material.name for material in body.materials]
    sides: dict[tuple[int, int], set[int]] = {}
    for face, material in zip(body.faces.tolist(), body.face_materials.tolist(), strict=True):
        for start, end in zip(face, [*face[1:], face[0]], strict=True):
            sides.setdefault((min(start, end), max(start, end)), set()).add(material)
    both = {names.index(one), names.index(other)}
    around: dict[int, list[int]] = {}
    for (start, end), materials in sides.items():
        if materials == both:
            around.setdefault(start, []).append(end)
            around.setdefault(end, []).append(start)
    turns = []
    for vertex, ends in around.items():
        if len(ends) == 2:
            before, after = (body.vertices[end] - body.vertices[vertex] for end in ends)
            cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
            turns.append(180 - np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    assert len(turns) > 20
    assert np.mean(turns) < 25 and np.percentile(turns, 95) < 60  # a brow is a small loop
