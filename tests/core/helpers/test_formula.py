"""The recipe for formula weights, against the golden sets' own sums."""

from pathlib import Path

import numpy as np
import pytest

from tests.formula import formula_state_dict


@pytest.mark.parametrize("system", ["romp", "bev"])
def test_formula_weights_are_the_golden_ones(golden: Path, system: str) -> None:
    state = formula_state_dict(golden / system)
    check = np.load(golden / system / "weights_check.npz")
    assert list(state) == list(check["names"])
    for index, values in enumerate(state.values()):
        flat = values.astype(np.float64).ravel()
        first = np.zeros(4)
        first[: flat[:4].size] = flat[:4]
        np.testing.assert_allclose(first, check["first4"][index], rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(np.abs(flat).sum(), check["abs_sum"][index], rtol=1e-6)
        np.testing.assert_allclose(flat.sum(), check["sum"][index], atol=1e-6 * check["abs_sum"][index] + 1e-12)
