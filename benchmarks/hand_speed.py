"""Processor time of both hands of a person, a frame: `python benchmarks/hand_speed.py CLIP [--frames N]`.

The poses are those of the built-in model, found before the clock runs.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.footage import open_footage
from romp_core.models.hands.follower import HandFollower
from romp_core.models.registry import default_store, model_card
from romp_core.take.settings import CaptureSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip")
    parser.add_argument("--frames", type=int, default=120)
    options = parser.parse_args()
    card, settings = model_card("blazepose"), CaptureSettings(people=1)
    with open_footage(options.clip, 0, 0, 0) as footage:
        frames = [replace(frame, image=frame.image.copy()) for frame in islice(footage.frames(), options.frames)]
        people = list(card.open(footage.info, settings, default_store()).run(frames))
    follower, spent = HandFollower(card.layout), []
    for frame, seen in zip(frames, people, strict=True):
        start = time.process_time()
        follower.find(frame.image, [int(id) for id in seen.ids], seen.keypoints2d, seen.visibility)
        spent.append(time.process_time() - start)
    spent_ms = 1000 * np.array(spent[5:])
    print(f"both hands: mean {spent_ms.mean():.1f} ms, 95th percentile {np.percentile(spent_ms, 95):.1f} ms a frame")


if __name__ == "__main__":
    main()
