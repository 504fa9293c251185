"""Makes the three BlazePose networks of the built-in model out of MediaPipe's wheel (Apache-2.0).

The wheel is read as a zip file; MediaPipe itself is not needed. Outputs of the networks (N is free):

* `detector.onnx`: input (N, 224, 224, 3) RGB in -1..1 -> boxes (N, 2254, 12), scores (N, 2254, 1) logits
* `landmark_full.onnx`: input (N, 256, 256, 3) RGB in 0..1 -> landmarks (N, 195), pose_flag (N, 1),
  heatmap (N, 64, 64, 39) logits, world (N, 117)
* `silhouette.onnx`: the same input -> mask (N, 256, 256, 1) logits. It is the other output of the same network, apart
  because it is a third of the work, and seldom needed.
"""

from __future__ import annotations

from pathlib import Path

from .mediapipe import write_networks

_NETWORKS = (
    ("mediapipe/modules/pose_detection/pose_detection.tflite", "detector", {"boxes": 0, "scores": 1}),
    (
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "landmark_full",
        {"landmarks": 0, "pose_flag": 1, "heatmap": 3, "world": 4},
    ),
    ("mediapipe/modules/pose_landmark/pose_landmark_full.tflite", "silhouette", {"mask": 2}),
)
_NOTICE = """\
BlazePose person detector and pose landmark model ("full")

Copyright The MediaPipe Authors. Licensed under the Apache License, Version 2.0 (see LICENSE).
Taken from the Python package "mediapipe" {version}, and changed: converted from TensorFlow Lite to ONNX, the
segmentation output moved to a file of its own. The numbers that the networks compute are the same.
"""


def make_blazepose(wheel: Path, folder: Path) -> list[Path]:
    """Write the networks with their license and notice into `folder`; return the files written.

    Raises KeyError when `wheel` does not hold the networks (only MediaPipe 0.10.21 and a few before it do).
    """
    return write_networks(wheel, folder, _NETWORKS, _NOTICE)
