"""A solve with faces: coefficients for who was captured with a face, and none for others; at any rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.face_units import FACE_UNIT, N_FACE_UNITS
from romp_core.solve import SolveCache, solve
from romp_core.take.resample import resample
from romp_core.take.settings import with_values
from romp_core.take.take import Take
from tests.core.filmed import Film
from tests.core.solve.face.synthetic_faces import coefficients_of, observed

SMILE = 0.8
COUNT = 45


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def with_face(film: Film) -> Take:
    """The person smiles from the second half on, before a camera of the film's angle of view."""
    smile = np.where(np.arange(COUNT) < COUNT // 2, 0.0, SMILE)
    seen = observed(coefficients_of(COUNT, mouthSmileLeft=smile, mouthSmileRight=smile))
    body = film.observations.rows(np.arange(COUNT))
    face = replace(body, face_points=seen.face_points, face_presence=seen.face_presence)
    first = with_values(film.take().solve, {"neutral": "time", "neutral_time": 0.1})
    return replace(film.take(face), solve=first)


def test_who_was_captured_with_a_face_has_coefficients(film: Film) -> None:
    cache, take = SolveCache(), with_face(film)
    motion = solve(take, rest_joints=film.skeleton, cache=cache).characters[0].motion
    assert motion is not None and motion.has_face
    assert motion.face.shape == (len(motion.frame_index), N_FACE_UNITS) and motion.face.dtype == np.float32
    assert motion.face_confidence.shape == motion.frame_index.shape
    smiling = motion.face[:, FACE_UNIT["mouthSmileLeft"]]
    half = len(smiling) // 2
    assert smiling[: half - 5].max() < 0.1 and smiling[half + 5 :].min() > 0.5
    clip = resample(motion, take.footage, 17.0)
    assert clip.face.shape == (len(clip.root), N_FACE_UNITS) and clip.face[-1, FACE_UNIT["mouthSmileLeft"]] > 0.5

    weaker = replace(take, solve=with_values(take.solve, {"mouth": 0.5}))
    again = solve(weaker, rest_joints=film.skeleton, cache=cache).characters[0].motion
    assert again is not None
    np.testing.assert_allclose(again.face[:, FACE_UNIT["mouthSmileLeft"]], smiling / 2, atol=0.01)
    np.testing.assert_allclose(again.rotations, motion.rotations, atol=1e-6)


def test_who_was_not_has_no_rows(film: Film) -> None:
    motion = solve(film.take(film.observations.rows(np.arange(COUNT))), rest_joints=film.skeleton).characters[0].motion
    assert motion is not None and not motion.has_face
    assert motion.face.shape == (0, N_FACE_UNITS) and motion.face_confidence.shape == (0,)
