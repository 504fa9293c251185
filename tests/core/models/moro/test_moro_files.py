"""The user's files of MoRo: what is accepted, and what is refused with the reason."""

from __future__ import annotations

import collections
import pickle

import numpy as np
import pytest

from romp_core.errors import ModelError
from romp_core.models.moro.files import checkpoint_shapes, read_checkpoint, read_statistics
from tests.moro_formula import statistics
from tests.torch_files import save_torch_zip


def test_statistics_are_read(tmp_path):
    mean, deviation = statistics()
    path = tmp_path / "amass_cum_traj.pkl"
    path.write_bytes(pickle.dumps({"Mean": mean.reshape(1, 1, 9), "Std": deviation.reshape(1, 1, 9)}))
    found = read_statistics(path)
    np.testing.assert_array_equal(found.mean, mean)
    np.testing.assert_array_equal(found.deviation, deviation)


@pytest.mark.parametrize("content", [{"Mean": np.zeros(9)}, {"Mean": np.zeros(3), "Std": np.ones(3)}, [1, 2]])
def test_other_files_are_no_statistics(tmp_path, content):
    path = tmp_path / "other.pkl"
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(ModelError, match="does not hold the statistics"):
        read_statistics(path)


def test_missing_statistics_are_refused_with_the_reason(tmp_path):
    for path in (None, tmp_path / "amass_cum_traj.pkl"):
        with pytest.raises(ModelError, match="needs the statistics") as caught:
            read_statistics(path)
        assert "wrong scale" in caught.value.hint


def test_another_checkpoint_is_refused(tmp_path):
    path = tmp_path / "other.ckpt"
    save_torch_zip({"state_dict": {"backbone.weight": np.ones(3, np.float32)}}, path)
    with pytest.raises(ModelError, match="MoRo"):
        read_checkpoint(path)
    assert len(checkpoint_shapes()) > 700


def test_a_checkpoint_that_pickles_foreign_classes_is_read_without_them(tmp_path, monkeypatch):
    """A Lightning file also holds its settings, as objects of packages that are not here."""
    shapes = {"a.weight": (2, 3)}
    monkeypatch.setattr("romp_core.models.moro.files.checkpoint_shapes", lambda: shapes)
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    config = type("DictConfig", (), {"__module__": "omegaconf.dictconfig", "__qualname__": "DictConfig"})
    import sys
    import types

    module = types.ModuleType("omegaconf.dictconfig")
    module.DictConfig = config
    monkeypatch.setitem(sys.modules, "omegaconf", types.ModuleType("omegaconf"))
    monkeypatch.setitem(sys.modules, "omegaconf.dictconfig", module)
    settings = config()
    settings.__dict__.update(lr=1e-4, nested=collections.OrderedDict(depth=4))
    path = tmp_path / "moro.ckpt"
    path.write_bytes(pickle.dumps({"hyper_parameters": settings, "state_dict": {"a.weight": weights}}, protocol=2))
    np.testing.assert_array_equal(read_checkpoint(path)["a.weight"], weights)
