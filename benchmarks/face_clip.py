"""Makes a clip of rendered faces: `python benchmarks/face_clip.py FOLDER OUT.mp4`, of what face_renders.py wrote.

Also writes OUT.npz, the truth in the arrays of the ground-truth set's face clip as far as `face_metrics.py` needs them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.twins import Video

_KEPT = ("coeffs", "coeff_names", "head_rotation", "fps", "size_wh")


def make_clip(folder: Path, video: Path) -> None:
    """Write video and truth."""
    with np.load(folder / "truth.npz", allow_pickle=False) as stored:
        truth = dict(stored)
    width, height = (int(side) for side in truth["size_wh"])
    with Video(video, (width, height), round(float(truth["fps"]))) as clip:
        for path in sorted(folder.glob("*.png")):
            clip.add(cv2.imread(str(path))[..., ::-1])
    turned = truth["head_rotation"]
    angles = [
        np.arctan2(turned[:, 0, 2], turned[:, 2, 2]),
        np.arcsin(-turned[:, 1, 2]),
        np.arctan2(turned[:, 1, 0], turned[:, 1, 1]),
    ]
    np.savez_compressed(
        video.with_suffix(".npz"),
        **{name: truth[name] for name in _KEPT},
        **{name: truth[name][0] for name in ("Rcw", "cpos", "K")},
        head_ypr_deg=np.degrees(np.stack(angles, axis=1)),
        times=np.arange(len(turned)) / float(truth["fps"]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("video", type=Path)
    options = parser.parse_args()
    make_clip(options.folder, options.video)


if __name__ == "__main__":
    main()
