"""Processor time per frame of the trackers, for 2, 16 and 64 people who walk about in one room.

`python benchmarks/tracker_speed.py`; "appearance" reads everybody's colors from an image of 640 x 360, too.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.reference.byte_tracker import ByteTracker
from romp_core.tracking.appearance import smpl_appearances
from romp_core.tracking.base import SpaceDetections
from romp_core.tracking.kalman import measurements
from romp_core.tracking.space_tracker import SpaceTracker
from tests.core.crowds import Seen, walk

SKELETON = np.random.default_rng(0).uniform([-0.3, -0.9], [0.3, 0.9], (24, 2))


def main() -> None:
    image = np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8)

    def in_pixels(seen: Seen) -> np.ndarray:
        positions = seen.cams[:, None, [2, 1]] + seen.cams[:, :1, None] * SKELETON
        return positions * 320 + np.array([320, 180])

    for count in (2, 16, 64):
        scene = walk(seed=0, people=count, seconds=5, gaps=False, hide=False)
        plain, dressed, bev = SpaceTracker(), SpaceTracker(), ByteTracker(reference=False)
        ways = {
            "position": lambda s, t=plain: t.assign(SpaceDetections(s.cams, s.depth, s.scores), s.time),
            "position and appearance": lambda s, t=dressed: t.assign(
                SpaceDetections(s.cams, s.depth, s.scores, smpl_appearances(image, in_pixels(s))), s.time
            ),
            "BEV's own": lambda s, t=bev: t.update(measurements(s.cams, s.depth), s.scores),
        }
        seen = np.mean([len(frame.cams) for frame in scene])
        print(f"{count} people ({seen:.0f} seen in a frame on average)")
        for name, follow in ways.items():
            spent = []
            for frame in scene:
                start = time.process_time()
                follow(frame)
                spent.append((time.process_time() - start) * 1e3)
            print(f"  {name:24} median {np.median(spent):6.2f} ms, 95 % within {np.percentile(spent, 95):6.2f} ms")


if __name__ == "__main__":
    main()
