"""The synthetic SMPL body of TRACE's golden set."""

from pathlib import Path

import numpy as np

from romp_core.bodies.smpl.model import SmplModel
from tests.formula_trace import formula_trace_body


def formula_body(folder: Path) -> SmplModel:
    """The body that the golden set in `folder` was computed with; it has no faces."""
    packed = formula_trace_body(folder)
    return SmplModel(
        v_template=packed["v_template"],
        faces=np.zeros((0, 3), np.int32),
        shapedirs=packed["shapedirs"],
        posedirs=packed["posedirs"],
        weights=packed["weights"],
        joint_regressor=packed["J_regressor"],
        extra_vertices=packed["extra_joints_index"],
        extra_regressor=np.concatenate([packed["J_regressor_extra9"], packed["J_regressor_h36m17"]]),
    )
