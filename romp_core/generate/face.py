"""Makes the face networks out of MediaPipe's wheel (Apache-2.0).

Outputs of the networks (N is free):

* `detector.onnx`: input (N, 128, 128, 3) RGB in -1..1 -> boxes (N, 896, 16), scores (N, 896, 1) logits
* `landmarks.onnx`: input (N, 192, 192, 3) RGB in 0..1 -> flag (N, 1, 1, 1) logit, and points in pixels of the input,
  one after the other: mesh (N, 1, 1, 1404) x, y, z; lips (N, 1, 1, 160), right_eye, left_eye (N, 1, 1, 142),
  right_iris, left_iris (N, 1, 1, 10) x, y. Sides are the person's: the original's "left" is that of the image.
"""

from __future__ import annotations

from pathlib import Path

from .mediapipe import write_networks

_NETWORKS = (
    ("mediapipe/modules/face_detection/face_detection_short_range.tflite", "detector", {"boxes": 0, "scores": 1}),
    (
        "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite",
        "landmarks",
        {"mesh": 0, "lips": 1, "right_eye": 2, "left_eye": 3, "right_iris": 4, "left_iris": 5, "flag": 6},
    ),
)
_NOTICE = """\
MediaPipe face detector ("short range") and face landmark model ("with attention")

Copyright The MediaPipe Authors. Licensed under the Apache License, Version 2.0 (see LICENSE).
Taken from the Python package "mediapipe" {version}, and changed: converted from TensorFlow Lite to ONNX. The numbers
that the networks compute are the same.
"""


def make_face(wheel: Path, folder: Path) -> list[Path]:
    """Write the networks with their license and notice into `folder`; return the files written.

    Raises KeyError when `wheel` does not hold the networks.
    """
    return write_networks(wheel, folder, _NETWORKS, _NOTICE)
