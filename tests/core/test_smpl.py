"""Body models: the toy body's files are read, and pose as the reference implementation does."""

from pathlib import Path

import numpy as np
import pytest

from tests.toy_body import packed_body, toy_phase

TOY_FILES = {
    "SMPL_NEUTRAL": {},
    "SMPLA_NEUTRAL": {"with_kid": True},
    "smil_packed_info": {"infant": True},
}


@pytest.fixture(scope="module")
def romp_set(golden: Path) -> Path:
    return golden / "romp"


@pytest.mark.parametrize("name", TOY_FILES)
def test_toy_body_follows_the_recipe(romp_set, name):
    with np.load(romp_set / "toy_smpl_check.npz", allow_pickle=False) as archive:
        expected = {key.removeprefix(f"{name}__"): archive[key] for key in archive.files if key.startswith(f"{name}__")}
    made = packed_body(toy_phase(romp_set), **TOY_FILES[name])
    assert set(made) == {key.split("__")[0] for key in expected}
    for key, array in made.items():
        assert array.shape == tuple(expected[f"{key}__shape"])
        assert np.abs(array.astype(np.float64)).sum() == pytest.approx(expected[f"{key}__abs_sum"], rel=1e-6)
        assert array.astype(np.float64).sum() == pytest.approx(
            expected[f"{key}__sum"], abs=1e-6 * expected[f"{key}__abs_sum"]
        )
        step = int(expected.get(f"{key}__sub_step", 1))
        np.testing.assert_allclose(array.ravel()[::step], expected.get(f"{key}__sub", expected.get(key)), atol=1e-6)
