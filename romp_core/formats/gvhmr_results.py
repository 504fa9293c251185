"""Results of GVHMR (Shen et al. 2024): one person in camera space and in a world with y up.

`hmr4d_results.pt`: `smpl_params_global` and `smpl_params_incam` with `body_pose` (T, 63), `global_orient` (T, 3),
`transl` (T, 3), `betas` (T, 10) of SMPL-X; `K_fullimg` (T, 3, 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.skeleton import SMPLX_PELVIS
from ..take.take import Take
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .intrinsics import view_of_matrix
from .track_take import Origin, take_of_tracks
from .tracks import Pelvis, Track, joint_rotations, malformed, pelvis, shape_of

_TITLE = "GVHMR"
_WORLD, _CAMERA = "smpl_params_global", "smpl_params_incam"


def is_gvhmr(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of GVHMR."""
    return isinstance(tree, Mapping) and _WORLD in tree


def import_gvhmr(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take with the camera that follows from the two spaces. Raises TakeError."""
    body, world, betas = _person(tree, _WORLD)
    camera = _person(tree, _CAMERA)[1] if isinstance(tree.get(_CAMERA), Mapping) else None
    track = Track(np.arange(len(body)), body, camera, world, betas).clean()
    view = view_of_matrix(tree.get("K_fullimg"))
    return take_of_tracks([track], Origin(path, _TITLE, NETWORK_LICENSE, up="y", count=len(body)), options, view)


def _person(tree: Mapping[str, Any], name: str) -> tuple[Array, Pelvis, Array | None]:
    values = tree[name]
    if not isinstance(values, Mapping) or not {"body_pose", "global_orient", "transl"} <= set(values):
        raise malformed(name, _TITLE)
    body = joint_rotations([values["global_orient"], values["body_pose"]], "body_pose", _TITLE)
    where = pelvis(values["global_orient"], values["transl"], SMPLX_PELVIS, "transl", _TITLE)
    return body, where, shape_of(values.get("betas"))


FORMAT: Final = Format(
    _TITLE, "`hmr4d_results.pt`", "world motion, moving camera", NETWORK_LICENSE, is_gvhmr, import_gvhmr
)
