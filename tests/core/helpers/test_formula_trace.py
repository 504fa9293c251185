"""The recipe of TRACE's golden set gives the numbers that the set was computed with."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.formula_trace import FILES, formula_trace_body, formula_trace_state


@pytest.fixture(scope="module")
def checksums(golden):
    return json.loads((golden / "trace" / "weights_checksums.json").read_text("utf-8"))


@pytest.mark.parametrize("part", FILES)
def test_weights(golden, checksums, part):
    state, expected = formula_trace_state(golden / "trace", part), checksums[FILES[part]]
    assert len(state) == expected["tensors"]
    total = sum(float(values.sum(dtype=float)) for values in state.values())
    absolute = sum(float(np.abs(values).sum(dtype=float)) for values in state.values())
    assert_allclose((total, absolute), (expected["sum"], expected["abs_sum"]), rtol=1e-9)
    for key, first in expected.items():
        if key in state:
            assert_allclose(state[key].ravel()[: len(first)], first, rtol=1e-6)


def test_body(golden, checksums):
    body = formula_trace_body(golden / "trace")
    for key, expected in checksums["SMPLA_NEUTRAL.pth"].items():
        if key != "f":  # faces do not matter
            assert list(body[key].shape) == expected["shape"]
            assert_allclose(np.abs(body[key]).sum(dtype=float), expected["abs_sum"], rtol=1e-9)
            assert_allclose(body[key].ravel()[:4], expected["first"], rtol=1e-6)
