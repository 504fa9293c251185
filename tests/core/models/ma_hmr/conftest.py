"""Checkpoints of MA-HMR by formula: whole ones of the golden set, and small files for what needs no special numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.formula_ma_hmr import formula_state, read_case, state_shapes
from tests.torch_files import save_torch_shared, save_torch_zip

SMALL = 112
"""Input size of the small files: two cells of 56 pixels along the longer side."""


@pytest.fixture(scope="session")
def ma_hmr(golden: Path) -> Path:
    """The golden set."""
    return golden / "ma_hmr"


@pytest.fixture(scope="session")
def base_checkpoint(ma_hmr: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`mahmr_stage3.bin` with the weights of `case_b2`; removed afterwards, since it has 900 MB."""
    path = tmp_path_factory.mktemp("ma_hmr") / "mahmr_stage3.bin"
    save_torch_zip(formula_state(ma_hmr, read_case(ma_hmr, "case_b2")[0]), path)
    yield path
    path.unlink()


@pytest.fixture(scope="session")
def shapes(ma_hmr: Path) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the published kind of checkpoint, for small images; SMPL's data left out."""
    return state_shapes(ma_hmr, {"input_size": SMALL, "use_kid": True})


@pytest.fixture(scope="session")
def small_checkpoint(shapes: dict[str, tuple[int, ...]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole checkpoint in a small file: all tensors are views of the same numbers."""
    return write_small(shapes, tmp_path_factory.mktemp("small") / "mahmr_stage3.bin")


def write_small(shapes: dict[str, tuple[int, ...]], path: Path) -> Path:
    """A checkpoint of these shapes with small numbers, which make about half of the queries people."""
    largest = max(int(np.prod(shape)) for shape in shapes.values())
    numbers = np.random.default_rng(0).normal(0, 0.03, largest).astype(np.float32)
    save_torch_shared(shapes, numbers, path)
    return path
