"""Our forward pass against the `smplx` package, on the toy body's own pickle."""

import numpy as np
import pytest

from romp_core.bodies.smpl import load_smpl
from tests.toy_body import write_raw_bodies

torch, smplx = pytest.importorskip("torch"), pytest.importorskip("smplx")


def test_forward_pass_equals_that_of_smplx(golden, tmp_path):
    write_raw_bodies(tmp_path, golden / "romp")
    path = tmp_path / "smpl_model_data" / "SMPL_NEUTRAL.pkl"
    rng = np.random.default_rng(0)
    thetas = rng.normal(0, 0.5, (6, 72)).astype(np.float32)
    betas = rng.normal(0, 1.5, (6, 10)).astype(np.float32)
    thetas[0], thetas[1, :3] = 0, (np.pi, 0, 0)
    theirs = smplx.SMPL(str(path), batch_size=6)(
        betas=torch.from_numpy(betas),
        global_orient=torch.from_numpy(thetas[:, :3]),
        body_pose=torch.from_numpy(thetas[:, 3:]),
    )
    vertices, joints = load_smpl(path).forward(thetas, betas)
    np.testing.assert_allclose(vertices, theirs.vertices.detach(), atol=1e-5)
    np.testing.assert_allclose(joints[:, :24], theirs.joints.detach()[:, :24], atol=1e-5)
