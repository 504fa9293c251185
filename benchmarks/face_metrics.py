"""How far the face of a take is from the truth of a rendered clip; metrics are those of the ground-truth set's README.

`python benchmarks/face_metrics.py [--groundtruth DIR] [--clip face]` captures the clip and prints them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.cli.main import main as command_line
from romp_core.geometry.face_units import FACE_UNIT
from romp_core.geometry.rotations import matrix_from_quat
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve import solve
from romp_core.storage.take_file import load_take
from romp_core.take.settings import with_values
from romp_core.take.take import Take
from romp_core.typing import Array

_FRONT_DEG = 30.0
_ACTIVE, _REST = 0.2, 0.02
_NEUTRAL_FRAMES = 8


@dataclass(frozen=True)
class FaceScore:
    """A face from the front, |yaw| below 30 degrees, unless it says otherwise.

    Attributes:
        found: share of all frames in which it was found, in the raw take.
        correlation: by unit, of those that move; active: mean error by unit where the truth is above 0.2.
        false: mean coefficient by unit where the truth is below 0.02.
        head_deg, steady_deg: mean error of the head's rotation, as it is, and without the offset of the first frames.
        turned_deg: the latter where the head is turned further.
    """

    found: float
    correlation: dict[str, float]
    active: dict[str, float]
    false: dict[str, float]
    head_deg: float
    steady_deg: float
    turned_deg: float


def score_face(take: Take, truth: Path) -> FaceScore:
    """The face of the person who is seen most; `truth` is the clip's .npz."""
    assert take.camera is not None
    with np.load(truth, allow_pickle=False) as stored:
        clip = {name: stored[name] for name in stored.files}
    person = max(take.characters, key=lambda each: len(each.observations.frame_index))
    motion, seen = person.motion, person.observations
    assert motion is not None and seen.face_presence is not None and motion.has_face
    rows = np.searchsorted(clip["times"], take.footage.times[motion.frame_index] - 1e-3)
    front = np.abs(clip["head_ypr_deg"][rows, 0]) < _FRONT_DEG
    correlation, active, false = {}, {}, {}
    for name, true in zip(clip["coeff_names"], clip["coeffs"][rows][front].T, strict=True):
        found = motion.face[front, FACE_UNIT[str(name)]]
        false[str(name)] = float(found[true < _REST].mean())
        if true.max() > _ACTIVE:
            both = np.cov(true, found)
            spread = np.sqrt(both[0, 0] * both[1, 1])
            correlation[str(name)] = float(both[0, 1] / spread) if spread > 0 else 0.0
            active[str(name)] = float(np.abs(found - true)[true > _ACTIVE].mean())
    orientations = forward_kinematics(motion.rotations, motion.root, motion.rest_joints)[1]
    heads = matrix_from_quat(np.asarray(orientations[:, JOINT["head"]], np.float64))
    world_from_camera = matrix_from_quat(take.camera.at(motion.frame_index)[0])
    in_camera = np.swapaxes(world_from_camera, 1, 2) @ heads
    off = np.swapaxes(clip["Rcw"] @ clip["head_rotation"][rows], 1, 2) @ in_camera
    u, _, vt = np.linalg.svd(off[rows < _NEUTRAL_FRAMES].mean(axis=0))
    steady = _degrees(off @ (u @ vt).T)
    return FaceScore(
        found=float((seen.face_presence > 0).sum() / len(clip["times"])),
        correlation=correlation,
        active=active,
        false=false,
        head_deg=float(_degrees(off)[front].mean()),
        steady_deg=float(steady[front].mean()),
        turned_deg=float(steady[~front].mean()) if not front.all() else 0.0,
    )


def _degrees(turns: Array) -> Array:
    """Angles (T,) of rotations (T, 3, 3)."""
    return np.asarray(np.degrees(np.arccos(np.clip((np.trace(turns, axis1=1, axis2=2) - 1) / 2, -1, 1))))


def captured_face(video: Path, folder: Path) -> Take:
    """The take of a clip with the face, solved with the true height and field of view."""
    out = folder / f"{video.stem}_face.npz"
    command = ["capture", str(video), "-o", str(out), "--parts", "face", "--progress", "none"]
    if not out.exists() and (status := command_line(command)):
        raise SystemExit(f"capture of {video.name} failed with status {status}")
    take = load_take(out)
    with np.load(video.with_suffix(".npz"), allow_pickle=False) as clip:
        fov = np.degrees(2 * np.arctan(clip["K"][0, 2] / clip["K"][0, 0]))
        settings = {"fov": float(fov)}
        if "height" in clip.files:
            settings["height"] = float(np.ravel(clip["height"])[0])
    return solve(replace(take, solve=with_values(take.solve, settings)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groundtruth", type=Path, default=Path(__file__).resolve().parents[2] / "shared/groundtruth")
    parser.add_argument("--clip", default="face")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = options.groundtruth / f"{options.clip}.mp4"
        score = score_face(captured_face(video, Path(folder)), video.with_suffix(".npz"))
    print(f"found {score.found:.3f} head {score.head_deg:.2f} {score.steady_deg:.2f} turned {score.turned_deg:.2f} deg")
    for name, value in score.correlation.items():
        print(f"{name:20} correlation {value:5.2f} active {score.active[name]:.2f} false {score.false[name]:.3f}")


if __name__ == "__main__":
    main()
