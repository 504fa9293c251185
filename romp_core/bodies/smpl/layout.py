"""Sizes and index tables of the SMPL family's 6890-vertex mesh (Loper et al. 2015; additions as in simple-romp)."""

from __future__ import annotations

N_VERTICES, N_FACES = 6890, 13776
N_JOINTS71 = 71
"""24 joints of the skeleton, 21 vertices of the mesh, 9 regressed joints, 17 regressed joints of Human3.6M."""

EXTRA_VERTICES = (
    332, 6260, 2800, 4071, 583,  # nose, right and left eye, right and left ear
    3216, 3226, 3387, 6617, 6624, 6787,  # big toe, small toe, heel: left, right
    2746, 2319, 2445, 2556, 2673, 6191, 5782, 5905, 6016, 6133,  # thumb to little finger: left, right
)  # fmt: skip
H36M_ORDER = (6, 5, 4, 1, 2, 3, 16, 15, 14, 11, 12, 13, 8, 10, 0, 7, 9)
"""Rows of `J_regressor_h36m.npy` in the order in which they follow the other joints."""
RIGHT_HIP, LEFT_HIP = 45, 46
"""The regressed hips among the 71 joints; their middle is the origin of a root-aligned body."""
N_BETAS, KID = 10, 10
"""Shape coefficients of an adult, and the index of the one after them: the way towards a child (SMPL-A)."""
