"""The metrics measure what their names say."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.groundtruth import identify, procrustes, score, switches
from romp_core.geometry.rotations import matrix_from_rotvec, quat_from_matrix, quat_multiply
from romp_core.take.take import Camera, Motion, Person, Take
from tests.core.filmed import Film

TO_Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def perfect(film: Film) -> Take:
    """The truth itself as a solved take."""
    truth = film.truth
    with np.load(truth.video.with_suffix(".npz")) as archive:
        rotations = quat_from_matrix(matrix_from_rotvec(archive["poses"][0]))
    upright = quat_from_matrix(TO_Z_UP)
    rotations[:, 0] = quat_multiply(upright, rotations[:, 0])
    count = len(rotations)
    motion = Motion(
        np.arange(count, dtype=np.int32),
        np.ones(count, bool),
        rotations,
        truth.joints[0, :, 0] @ TO_Z_UP.T,
        film.rest,
        np.zeros((count, 2), bool),
    )
    camera = Camera(
        np.radians(truth.fov_deg),
        quat_from_matrix(TO_Z_UP @ truth.rotation[0].T)[None],
        (TO_Z_UP @ truth.position[0])[None],
    )
    take = film.take()
    return replace(take, people=(replace(take.people[0], motion=motion),), camera=camera)


def changed(take: Take, **fields: np.ndarray) -> Take:
    person = take.people[0]
    return take.with_person(replace(person, motion=replace(person.motion, **fields)))


def test_the_truth_has_no_error(film):
    (result,) = score(perfect(film), film.truth)
    assert result.tracked == 1 and result.jumps == 0 and result.switches == 0
    assert result.mpjpe_mm < 0.1 and result.pa_mpjpe_mm < 0.1
    assert result.skate < 0.05 and result.swing == pytest.approx(1, abs=1e-3)


def test_a_wrong_bone_counts_and_a_wrong_size_is_forgiven_by_pa_only(film):
    take = perfect(film)
    (big,) = score(changed(take, rest_joints=film.rest * 1.1), film.truth)
    assert big.mpjpe_mm > 40 and big.pa_mpjpe_mm < 0.5


def test_sliding_and_pinned_feet_show(film):
    take = perfect(film)
    root = take.people[0].motion.root
    slid = root + np.linspace(0, 4, len(root))[:, None] * np.array([1.0, 0, 0])  # 1 m/s
    assert score(changed(take, root=slid), film.truth)[0].skate == pytest.approx(1, abs=0.05)
    still = np.repeat(take.people[0].motion.rotations[:1], len(root), axis=0)
    frozen = changed(take, root=np.repeat(root[:1], len(root), axis=0), rotations=still)
    assert score(frozen, film.truth)[0].swing < 0.01


def test_jumps_count_only_between_seen_rows(film):
    take = perfect(film)
    rotations = take.people[0].motion.rotations.copy()
    rotations[50:, 16] = quat_multiply(quat_from_matrix(matrix_from_rotvec(np.array([1.5, 0, 0]))), rotations[50:, 16])
    assert score(changed(take, rotations=rotations), film.truth)[0].jumps == 1
    valid = np.ones(len(rotations), bool)
    valid[50] = False
    hidden = score(changed(take, rotations=rotations, valid=valid), film.truth)[0]
    assert hidden.jumps == 0 and hidden.tracked == pytest.approx(119 / 120)


def test_identities_are_matched_in_the_image(film):
    take = perfect(film)
    far = replace(film.observations, keypoints2d=film.observations.keypoints2d + np.float32(1000))
    both = replace(take, people=(Person(7, "far", far), take.people[0]))
    assert (identify(both, film.truth)[0] == 1).all()
    assert (identify(replace(take, people=(Person(7, "far", far),)), film.truth) == -1).all()
    assert switches(np.array([1, 1, -1, -1, 1, 0, 0, 1])) == 2


def test_procrustes_undoes_a_similarity():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(4, 14, 3))
    turned = 2.5 * points @ matrix_from_rotvec(np.array([0.3, 1.0, -2.0])).T + 7
    np.testing.assert_allclose(procrustes(points, turned), turned, atol=1e-9)
    mirrored = points * np.array([1.0, 1.0, -1.0])
    assert np.abs(procrustes(points, mirrored) - mirrored).max() > 0.1
