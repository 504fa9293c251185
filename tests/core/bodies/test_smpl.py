"""Body models: the toy body's files are read, pose as the reference implementation does, and become characters."""

import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.bodies.smpl import SmplFamily, SmplModel, as_body, find_bodies, load_smpl
from romp_core.errors import ModelError
from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.geometry.skeleton import JOINTS
from romp_core.weights.store import WeightStore
from tests.python2_pickle import Chumpy, CscMatrix, python2_pickle
from tests.toy_body import packed_body, raw_body, toy_phase, write_packed_bodies, write_raw_bodies

TOY_FILES = {
    "SMPL_NEUTRAL": {},
    "SMPLA_NEUTRAL": {"with_kid": True},
    "smil_packed_info": {"infant": True},
}


@pytest.fixture(scope="module")
def romp_set(golden: Path) -> Path:
    return golden / "romp"


@pytest.fixture(scope="module")
def packed(romp_set, tmp_path_factory) -> Path:
    """A folder as simple-romp leaves it."""
    folder = tmp_path_factory.mktemp("packed")
    write_packed_bodies(folder, romp_set)
    return folder


@pytest.fixture(scope="module")
def raw(romp_set, tmp_path_factory) -> Path:
    """A folder with the files as they are published."""
    folder = tmp_path_factory.mktemp("raw")
    write_raw_bodies(folder, romp_set)
    return folder


@pytest.fixture(scope="module")
def model(packed) -> SmplModel:
    return load_smpl(packed / "SMPL_NEUTRAL.pth")


@pytest.fixture(scope="module")
def family(packed) -> SmplFamily:
    found = find_bodies(WeightStore(packed)).load()
    assert found is not None
    return found


def archive(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as opened:
        return dict(opened)


@pytest.mark.parametrize("name", TOY_FILES)
def test_toy_body_follows_the_recipe(romp_set, name):
    stored = archive(romp_set / "toy_smpl_check.npz")
    expected = {key.removeprefix(f"{name}__"): value for key, value in stored.items() if key.startswith(f"{name}__")}
    made = packed_body(toy_phase(romp_set), **TOY_FILES[name])
    assert set(made) == {key.split("__")[0] for key in expected}
    for key, array in made.items():
        total = np.abs(array.astype(np.float64)).sum()
        assert array.shape == tuple(expected[f"{key}__shape"])
        assert total == pytest.approx(expected[f"{key}__abs_sum"], rel=1e-6)
        assert array.astype(np.float64).sum() == pytest.approx(expected[f"{key}__sum"], abs=1e-6 * total)
        step = int(expected.get(f"{key}__sub_step", 1))
        np.testing.assert_allclose(array.ravel()[::step], expected.get(f"{key}__sub", expected.get(key)), atol=1e-6)


@pytest.mark.parametrize(("root_align", "suffix"), [(False, ""), (True, "_root_aligned")])
def test_people_pose_as_in_the_reference(romp_set, model, root_align, suffix):
    expected = archive(romp_set / "smpl.npz")
    vertices, joints = model.forward(expected["thetas"], expected["betas"], root_align)
    assert vertices.dtype == joints.dtype == np.float32
    np.testing.assert_allclose(joints, expected[f"joints71{suffix}"], atol=1e-5)
    np.testing.assert_allclose(vertices[:, ::53], expected[f"verts_sub53{suffix}"], atol=1e-5)
    np.testing.assert_allclose(vertices.mean(1), expected[f"verts_mean{suffix}"], atol=1e-5)
    np.testing.assert_allclose(model.joints(expected["thetas"], expected["betas"], root_align), joints, atol=1e-6)


def test_ages_pose_as_in_the_reference(golden, family):
    expected = archive(golden / "bev" / "smpla.npz")
    thetas, betas = expected["thetas"], expected["betas"]
    for root_align, suffix in ((True, ""), (False, "_not_aligned")):
        vertices, joints = family.forward(thetas, betas, root_align)
        np.testing.assert_allclose(joints, expected[f"joints71{suffix}"], atol=1e-5)
        np.testing.assert_allclose(vertices[:, ::53], expected[f"verts_sub53{suffix}"], atol=1e-5)
        np.testing.assert_allclose(family.joints(thetas, betas, root_align), joints, atol=1e-6)
    adults = expected["joints71_adults_only"]
    np.testing.assert_allclose(family.joints(thetas[: len(adults)], betas[: len(adults)], True), adults, atol=1e-5)


def test_rest_joints_are_those_of_the_t_pose(family, golden):
    betas = archive(golden / "bev" / "smpla.npz")["betas"]
    _, joints = family.forward(np.zeros((len(betas), 72)), betas)
    np.testing.assert_allclose(family.rest_joints(betas), joints[:, :24], atol=1e-5)


def test_nobody_many_people_and_few_coefficients(model):
    vertices, joints = model.forward(np.zeros((0, 72)), np.zeros((0, 10)))
    assert (vertices.shape, joints.shape) == ((0, 6890, 3), (0, 71, 3))
    rng = np.random.default_rng(0)
    thetas, betas = rng.normal(0, 0.3, (40, 72)), rng.normal(0, 1, (40, 10))
    _, together = model.forward(thetas, betas)
    apart = np.concatenate([model.forward(thetas[i : i + 1], betas[i : i + 1])[1] for i in range(40)])
    np.testing.assert_allclose(together, apart, atol=1e-5)
    few, padded = betas[:2, :4], np.concatenate([betas[:2, :4], np.zeros((2, 6))], axis=1)
    np.testing.assert_allclose(model.joints(thetas[:2], few), model.joints(thetas[:2], padded), atol=1e-6)


def test_posing_is_quick(model):
    """Joints alone cost a small part of the mesh: 0.05 ms instead of 1 ms a person on an idle machine."""
    thetas, betas = np.full((8, 72), 0.1), np.zeros((8, 10))
    seconds = []
    for pose in (model.joints, model.forward):
        times = []
        for _ in range(10):
            start = time.process_time()
            pose(thetas, betas)
            times.append(time.process_time() - start)
        seconds.append(min(times))
    assert seconds[0] < seconds[1] / 4


def test_published_files_give_the_same_bodies_as_packed_ones(packed, raw, golden):
    expected = archive(golden / "bev" / "smpla.npz")
    ours, theirs = (find_bodies(WeightStore(folder)).load() for folder in (raw, packed))
    for one, other in zip(
        ours.forward(expected["thetas"], expected["betas"]),
        theirs.forward(expected["thetas"], expected["betas"]),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_chumpy_arrays_and_npz_files_are_read(romp_set, raw, tmp_path):
    entries = raw_body(toy_phase(romp_set))
    (tmp_path / "basicmodel_f_lbs_10_207_0_v1.1.0.pkl").write_bytes(
        python2_pickle(
            entries
            | {key: Chumpy(entries[key]) for key in ("shapedirs", "posedirs", "v_template", "weights")}
            | {"J_regressor": CscMatrix(entries["J_regressor"])}
        )
    )
    np.savez(tmp_path / "SMPL_MALE.npz", **entries)
    expected = load_smpl(raw / "smpl_model_data" / "SMPL_NEUTRAL.pkl")
    female, male = (load_smpl(path) for path in sorted(tmp_path.iterdir(), reverse=True))
    assert (female.gender, male.gender, expected.gender) == ("female", "male", "neutral")
    for other in (female, male):
        np.testing.assert_array_equal(other.posedirs, expected.posedirs)
        np.testing.assert_array_equal(other.joint_regressor, expected.joint_regressor)
        assert any(other.gender in remark for remark in other.remarks)


def test_the_official_file_is_text_and_read_in_seconds(romp_set, raw, tmp_path):
    """Version 1.1.0 in the form and size of the original, 247 MB: on an idle machine it takes a second."""
    entries = raw_body(toy_phase(romp_set))
    more = np.random.default_rng(0).normal(size=(6890, 3, 290))
    entries = entries | {
        "shapedirs": Chumpy(np.concatenate([entries["shapedirs"], more], axis=2)),
        "J_regressor": CscMatrix(entries["J_regressor"]),
    }
    path = tmp_path / "basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl"
    path.write_bytes(python2_pickle(entries, protocol=0))
    start = time.process_time()
    model = load_smpl(path)
    assert time.process_time() - start < 30
    expected = load_smpl(raw / "smpl_model_data" / "SMPL_NEUTRAL.pkl")
    assert (model.gender, model.version, model.remarks) == ("neutral", "1.1", ())
    for name in ("v_template", "posedirs", "shapedirs", "joint_regressor"):
        np.testing.assert_array_equal(
            getattr(model, name), getattr(expected, name)[..., : 10 if name == "shapedirs" else None]
        )


def test_version_is_told_by_the_number_of_shapes(romp_set, tmp_path, model):
    entries = raw_body(toy_phase(romp_set))
    np.savez(tmp_path / "SMPL_NEUTRAL.npz", **entries)
    old = load_smpl(tmp_path / "SMPL_NEUTRAL.npz")
    assert old.version == "1.0"
    assert any("1.0" in remark for remark in old.remarks)
    shapes = np.concatenate([entries["shapedirs"], np.ones((6890, 3, 290))], axis=2)
    np.savez(tmp_path / "SMPL_NEUTRAL.npz", **entries | {"shapedirs": shapes})
    new = load_smpl(tmp_path / "SMPL_NEUTRAL.npz")
    assert (new.version, new.remarks) == ("1.1", ())
    np.testing.assert_array_equal(new.shapedirs, old.shapedirs)
    assert (model.version, model.remarks) == ("unknown", ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"v_template": np.zeros((10475, 3)), "weights": np.zeros((10475, 55))}, "SMPL-X"),
        ({"weights": np.zeros((6890, 52)), "J_regressor": np.zeros((52, 6890))}, "SMPL-H"),
        ({"v_template": np.zeros((778, 3)), "weights": np.zeros((778, 16))}, "MANO"),
        ({"posedirs": np.zeros((6890, 3, 93))}, "STAR"),
        ({"shapedirs": np.zeros((6890, 10))}, "shapedirs"),
        ({"f": np.full((13776, 3), 6890)}, '"f"'),
        ({"kintree_table": np.zeros((2, 24), np.int64)}, "kintree_table"),
        ({"weights": np.array("none")}, "weights"),
    ],
)
def test_other_bodies_and_broken_files_are_named(romp_set, tmp_path, change, expected):
    path = tmp_path / "SMPL_NEUTRAL.npz"
    np.savez(path, **raw_body(toy_phase(romp_set)) | change)
    with pytest.raises(ModelError) as caught:
        load_smpl(path)
    assert expected in caught.value.sentence and path.name in caught.value.sentence
    assert caught.value.hint


def test_a_file_without_a_body_is_refused(tmp_path):
    np.savez(tmp_path / "weights.npz", numbers=np.zeros(3))
    with pytest.raises(ModelError, match="holds no body model"):
        load_smpl(tmp_path / "weights.npz")


def test_without_joint_files_the_mesh_is_there_and_the_joints_say_what_lacks(romp_set, tmp_path):
    np.savez(tmp_path / "SMPL_NEUTRAL.npz", **raw_body(toy_phase(romp_set)))
    model = load_smpl(tmp_path / "SMPL_NEUTRAL.npz")
    assert len(as_body(model, np.zeros(10)).vertices) == 6890 and not model.knows_joints
    with pytest.raises(ModelError, match="smpl_model_data"):
        model.joints(np.zeros((1, 72)), np.zeros((1, 10)))


def test_bodies_are_found_where_users_have_them(packed, raw, tmp_path):
    nothing = find_bodies(WeightStore(tmp_path))
    assert (nothing.smpl, nothing.smpla, nothing.smil, nothing.load()) == (None, None, None, None)
    of_reference = find_bodies(WeightStore(tmp_path, (packed,)))
    assert of_reference.smpl == packed / "SMPL_NEUTRAL.pth"
    assert of_reference.smpla == packed / "SMPLA_NEUTRAL.pth"
    published = find_bodies(WeightStore(raw))
    assert published.smpl == published.smpla == raw / "smpl_model_data" / "SMPL_NEUTRAL.pkl"
    assert published.smil == raw / "smpl_model_data" / "smil" / "smil_web.pkl"
    for bodies in (of_reference, published):
        assert bodies.file_for(np.zeros(10)) == bodies.smpla
        assert bodies.file_for(np.append(np.zeros(10), 0.9)) == bodies.smil


def test_a_chosen_body_counts_before_the_one_of_simple_romp(packed, raw, tmp_path):
    store = WeightStore(tmp_path, (packed,))
    body = raw / "smpl_model_data" / "SMPL_NEUTRAL.pkl"
    store.choose("SMPL_NEUTRAL", body)
    assert find_bodies(store).smpl == find_bodies(store).smpla == body


def test_a_slow_file_is_read_once_until_it_changes(romp_set, tmp_path, monkeypatch):
    write_raw_bodies(tmp_path, romp_set)
    first = find_bodies(WeightStore(tmp_path)).load()
    kept = sorted((tmp_path / "cache").iterdir())
    assert len(kept) == 2
    monkeypatch.setattr("romp_core.checkpoints.read", None)
    again = find_bodies(WeightStore(tmp_path)).load()
    for before, after in ((first.adults, again.adults), (first.infants, again.infants)):
        for field in fields(SmplModel):
            np.testing.assert_array_equal(getattr(before, field.name), getattr(after, field.name))
    monkeypatch.undo()
    kept[0].write_bytes(kept[0].read_bytes()[:100_000])
    assert find_bodies(WeightStore(tmp_path)).load() is not None
    (tmp_path / "smpl_model_data" / "smpl_kid_template.npy").unlink()
    changed = find_bodies(WeightStore(tmp_path)).load()
    assert changed.adults.shapedirs.shape[2] == 10
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_character_has_the_persons_shape(family):
    betas = np.array([1.5, -2.0, 0.3, 0.7, -0.4, 0.1, 0.2, -0.9, 0.6, 11.0, 0.4])
    body = as_body(family.adults, betas)
    shaped = family.adults.shaped(betas[None])[0]
    pelvis = family.adults.rest_joints(betas[None])[0, 0]
    np.testing.assert_allclose(body.vertices, shaped - pelvis, atol=1e-5)
    np.testing.assert_allclose(body.joints, family.adults.rest_joints(betas[None])[0] - pelvis, atol=1e-5)
    assert [key.name for key in body.shape_keys] == [*(f"Beta {i:02d}" for i in range(10)), "Age"]
    assert [key.value for key in body.shape_keys] == pytest.approx([*betas[:9], 10.0, 0.4])
    assert all(key.low <= key.value <= key.high for key in body.shape_keys)
    plain = as_body(family.adults, np.zeros(11))
    changed = plain.shaped({"Beta 00": 2.0, "Age": 0.5})
    again = as_body(family.adults, np.array([2.0, *[0] * 9, 0.5]))
    np.testing.assert_allclose(changed.vertices, again.vertices, atol=1e-5)
    np.testing.assert_allclose(changed.joints, again.joints, atol=1e-5)
    assert (body.name, as_body(family.infants, betas).name) == ("SMPL", "SMIL")
    assert "no redistribution" in body.license


def test_character_moves_as_the_model_but_for_pose_corrections(model):
    rng = np.random.default_rng(1)
    thetas, betas = rng.normal(0, 0.3, (1, 72)), rng.normal(0, 1, (1, 10))
    body = as_body(model, betas[0])
    stiff = replace(model, posedirs=np.zeros_like(model.posedirs))
    vertices, joints = stiff.forward(thetas, betas)
    posed = body.posed(quat_from_rotvec(thetas.reshape(len(JOINTS), 3)), joints[0, 0])
    np.testing.assert_allclose(posed, vertices[0], atol=1e-5)


def test_character_takes_the_size_of_a_skeleton(model):
    body = as_body(model, np.array([1.0, 2.0]))
    sized = body.sized(body.joints * 0.9)
    np.testing.assert_allclose(sized.vertices, body.vertices * 0.9, atol=1e-5)
    assert [key.value for key in sized.shape_keys] == [key.value for key in body.shape_keys]
