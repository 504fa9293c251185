"""With an SMPL file a person of a body model becomes the SMPL mesh of its own shape."""

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from measure import track
from takes import footage, make_take, motion

from addon.bake import person_body
from addon.bake.take import bake_take
from addon.blender import scene_index
from addon.export.character import export_characters
from addon.preferences import folders
from romp_core.bodies.embedded import load_body
from romp_core.bodies.smpl import SmplModel, find_bodies
from romp_core.geometry.rotations import quat_conjugate, quat_multiply, rotvec_from_quat
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST_QUAT
from romp_core.weights.store import WeightStore
from tests.toy_body import write_raw_bodies

BETAS = np.array([1.2, -0.8, 2.0, 0.4, -1.5, 0.3, 0.6, -0.2, 0.9, -0.7, 0.3])


@pytest.fixture(scope="module")
def files(golden, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bodies")
    write_raw_bodies(folder, golden / "romp")
    return folder


@pytest.fixture
def store(files, monkeypatch) -> WeightStore:
    found = WeightStore(files)
    monkeypatch.setattr(folders, "weight_store", lambda: found)
    return found


@pytest.fixture
def no_files(tmp_path, monkeypatch):
    return lambda: monkeypatch.setattr(folders, "weight_store", lambda: WeightStore(tmp_path / "none"))


def take_of(model: SmplModel, betas=BETAS, scale=1.0, n=40, seed=0):
    """A solved take of one person whom a body model saw; single frames misjudge the shape."""
    joints = model.rest_joints(betas[None])[0]
    moved = replace(motion(n, seed=seed), rest_joints=((joints - joints[0]) * scale).astype(np.float32))
    take = make_take([moved])
    seen = np.tile(betas, (n, 1))
    seen[: n // 4] += 1.0
    seen[-n // 4 + 1 :] -= 3.0
    person = take.people[0]
    person = replace(person, observations=replace(person.observations, betas=seen.astype(np.float32)))
    return replace(take, people=(person,))


def parts(scene, take):
    return (scene_index.find_object(scene, take.id, role, 1) for role in (scene_index.ARMATURE, scene_index.BODY))


def world_vertices(scene, skin, frame):
    scene.frame_set(frame)
    evaluated = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
    vertices = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", vertices)
    matrix = np.array(evaluated.matrix_world)
    return vertices.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def core_vertices(model: SmplModel, betas, a_motion, row, scale=1.0):
    """The same by the core's forward pass without pose corrections, in the world."""
    rotations = a_motion.rotations[row].astype(np.float64)
    rotations[0] = quat_multiply(quat_conjugate(WORLD_FROM_SMPL_REST_QUAT), rotations[0])
    stiff = replace(model, posedirs=np.zeros_like(model.posedirs))
    vertices, joints = stiff.forward(rotvec_from_quat(rotations).reshape(1, 72), betas[None])
    centered = (vertices[0] - joints[0, 0]) * scale
    return np.stack([centered[:, 0], -centered[:, 2], centered[:, 1]], axis=1) + a_motion.root[row]


@pytest.mark.parametrize("scale", [1.0, 0.93])
def test_mesh_in_blender_is_the_models(scene, store, scale):
    model = find_bodies(store).load().adults
    take = take_of(model, scale=scale)
    bake_take(scene, take, "Clip")
    armature, skin = parts(scene, take)
    for frame in (1, 30):
        expected = core_vertices(model, BETAS, take.people[0].motion, frame - 1, scale)
        assert np.abs(world_vertices(scene, skin, frame) - expected).max() < 1e-3
    heads, _ = track(scene, armature, [1, 30])
    assert np.abs(heads - take.people[0].motion.joints()[[0, 29]]).max() < 1e-4


def test_sliders_hold_the_betas_and_change_the_shape(scene, store):
    model = find_bodies(store).load().adults
    take = take_of(model)
    bake_take(scene, take, "Clip")
    _, skin = parts(scene, take)
    blocks = skin.data.shape_keys.key_blocks
    assert [key.name for key in blocks] == ["Basis", *(f"Beta {i:02d}" for i in range(10)), "Age"]
    np.testing.assert_allclose([key.value for key in blocks][1:], BETAS, atol=1e-5)
    before = world_vertices(scene, skin, 1)
    blocks["Beta 01"].value = 2.0
    assert np.abs(world_vertices(scene, skin, 1) - before).max() > 0.01

    bake_take(scene, take_of(model, seed=5), "Clip")
    _, again = parts(scene, take)
    assert again == skin
    assert skin.data.shape_keys.key_blocks["Beta 01"].value == pytest.approx(2.0)
    assert skin.data.shape_keys.key_blocks["Beta 00"].value == pytest.approx(BETAS[0])


def test_infants_get_their_own_body(scene, store):
    infants = find_bodies(store).load().infants
    betas = np.append(BETAS[:10], 1.1)
    take = take_of(infants, betas)
    bake_take(scene, take, "Clip")
    _, skin = parts(scene, take)
    expected = core_vertices(infants, betas, take.people[0].motion, 9)
    assert np.abs(world_vertices(scene, skin, 10) - expected).max() < 1e-3
    assert "Age" not in skin.data.shape_keys.key_blocks


def test_without_a_file_it_is_the_embedded_body_in_the_skeletons_size(scene, files, no_files):
    model = find_bodies(WeightStore(files)).load().adults
    take = take_of(model, scale=0.5)
    no_files()
    assert bake_take(scene, take, "Clip") == ["The footage was not found, so the camera does not show it."]
    _, skin = parts(scene, take)
    assert len(skin.data.vertices) == len(load_body().vertices)
    height = skin.evaluated_get(bpy.context.evaluated_depsgraph_get()).dimensions.z
    assert height < 1.3
    assert "CC0" in skin["romp_mocap_body_license"]


def test_a_file_that_comes_later_changes_the_mesh_and_one_that_goes_does_not(
    scene, files, store, no_files, monkeypatch
):
    model = find_bodies(store).load().adults
    take = take_of(model)
    no_files()
    bake_take(scene, take, "Clip")
    armature, skin = parts(scene, take)
    skin.modifiers.new("Mine", "SUBSURF").show_viewport = False
    meshes = len(bpy.data.meshes)

    monkeypatch.setattr(folders, "weight_store", lambda: store)
    bake_take(scene, take, "Clip")
    assert (list(parts(scene, take)), len(bpy.data.meshes)) == ([armature, skin], meshes)
    assert "Mine" in skin.modifiers and len(skin.data.vertices) == 6890
    expected = core_vertices(model, BETAS, take.people[0].motion, 29)
    assert np.abs(world_vertices(scene, skin, 30) - expected).max() < 1e-3

    no_files()
    remarks = bake_take(scene, take, "Clip")
    assert any("stays as it is" in remark for remark in remarks)
    assert np.abs(world_vertices(scene, skin, 30) - expected).max() < 1e-3


def test_license_goes_with_the_body_and_an_export_says_so(scene, store, tmp_path):
    take = take_of(find_bodies(store).load().adults, n=8)
    bake_take(scene, take, "Clip")
    armature, skin = parts(scene, take)
    assert "no redistribution" in armature["romp_mocap_body_license"] and "SMPL" in armature["romp_mocap_body_license"]
    assert skin["romp_mocap_body_license"] == armature["romp_mocap_body_license"]
    remarks = export_characters(scene, [armature], tmp_path / "a.glb", "GLB").remarks
    assert any("SMPL" in remark for remark in remarks)
    assert not export_characters(scene, [armature], tmp_path / "a.bvh", "BVH").remarks


def test_a_broken_file_is_reported_and_the_embedded_body_serves(scene, files, tmp_path, monkeypatch):
    take = take_of(find_bodies(WeightStore(files)).load().adults)
    (tmp_path / "SMPL_NEUTRAL.pkl").write_bytes(b"\x80\x02}q\x00.")
    monkeypatch.setattr(folders, "weight_store", lambda: WeightStore(tmp_path))
    remarks = bake_take(scene, take, "Clip")
    assert any("SMPL_NEUTRAL.pkl" in remark and "embedded" in remark for remark in remarks)
    _, skin = parts(scene, take)
    assert len(skin.data.vertices) == len(load_body().vertices)


def test_the_file_is_read_once(store, monkeypatch):
    bodies = find_bodies(store)
    person = take_of(bodies.load().adults).people[0]
    person_body._read.cache_clear()
    read, opened = type(bodies).read, []
    monkeypatch.setattr(type(bodies), "read", lambda self, path: opened.append(path) or read(self, path))
    for _ in range(2):
        person_body.body_of(person, person.motion)
    assert len(opened) == 1


def test_landmark_models_keep_the_embedded_body(scene, store):
    take = make_take(info=footage(10))
    bake_take(scene, take, "Clip")
    _, skin = parts(scene, take)
    assert len(skin.data.vertices) == len(load_body().vertices)
