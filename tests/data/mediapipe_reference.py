"""What MediaPipe's own pose solution finds in the first frames of the project's demo clip.

`mediapipe_reference.npz` holds the numbers. To make it again: `pip install mediapipe==0.10.21`, then run this file.
"""

from pathlib import Path

import numpy as np

FRAMES = 40
REFERENCE = Path(__file__).with_suffix(".npz")
CLIP = Path(__file__).with_name("demo.mp4")


def make() -> None:
    """Run MediaPipe, without its smoothing of the output, and save (FRAMES, 33, 4): x, y in pixels, z, visibility."""
    import cv2
    import mediapipe

    capture = cv2.VideoCapture(str(CLIP))
    points, world = [], []
    with mediapipe.solutions.pose.Pose(model_complexity=1, smooth_landmarks=False) as pose:
        for _ in range(FRAMES):
            image = capture.read()[1]
            found = pose.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
            height, width = image.shape[:2]
            seen = found.pose_landmarks.landmark
            points.append([(p.x * width, p.y * height, p.z * width, p.visibility) for p in seen])
            world.append([(p.x, p.y, p.z) for p in found.pose_world_landmarks.landmark])
    np.savez_compressed(REFERENCE, points=np.float32(points), world=np.float32(world))


if __name__ == "__main__":
    make()
