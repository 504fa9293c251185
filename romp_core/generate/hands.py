"""Makes the hand networks out of MediaPipe's wheel (Apache-2.0).

Outputs of the networks (N is free); images are RGB in 0..1:

* `palm_detector.onnx`: input (N, 192, 192, 3) -> boxes (N, 2016, 18), scores (N, 2016, 1) logits
* `recrop.onnx`: input (N, 256, 256, 3) -> points (N, 1, 1, 4): two points in pixels of the input
* `landmarks.onnx`: input (N, 224, 224, 3) -> points (N, 63) in pixels of the input, presence (N, 1),
  handedness (N, 1), world (N, 63) in meters
"""

from __future__ import annotations

from pathlib import Path

from .mediapipe import write_networks

_NETWORKS = (
    ("mediapipe/modules/palm_detection/palm_detection_full.tflite", "palm_detector", {"boxes": 0, "scores": 1}),
    ("mediapipe/modules/holistic_landmark/hand_recrop.tflite", "recrop", {"points": 0}),
    (
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "landmarks",
        {"points": 0, "presence": 1, "handedness": 2, "world": 3},
    ),
)
_NOTICE = """\
MediaPipe palm detector, hand landmark model ("full") and hand re-crop model

Copyright The MediaPipe Authors. Licensed under the Apache License, Version 2.0 (see LICENSE).
Taken from the Python package "mediapipe" {version}, and changed: converted from TensorFlow Lite to ONNX. The numbers
that the networks compute are the same.
"""


def make_hands(wheel: Path, folder: Path) -> list[Path]:
    """Write the networks with their license and notice into `folder`; return the files written.

    Raises KeyError when `wheel` does not hold the networks.
    """
    return write_networks(wheel, folder, _NETWORKS, _NOTICE)
