"""Processor time of hands and face of a person, a frame, and how often a face is found:

`python benchmarks/part_speed.py CLIP [--parts hands|face|all] [--frames N]`. The poses are those of the built-in
model, found before the clock runs; images are as the footage gives them.
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
from romp_core.images.pixels import image_of, pixels_of
from romp_core.models.parts import open_parts
from romp_core.models.registry import default_store, model_card
from romp_core.take.settings import CaptureSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip")
    parser.add_argument("--parts", choices=("hands", "face", "all"), default="all")
    parser.add_argument("--frames", type=int, default=120)
    options = parser.parse_args()
    card, settings = model_card("blazepose"), CaptureSettings(people=1, parts=options.parts)
    with open_footage(options.clip, 0, 0, 0) as footage:
        source = islice(footage.frames(), options.frames)
        frames = [replace(frame, image=image_of(pixels_of(frame.image).copy())) for frame in source]
        people = list(card.open(footage.info, settings, default_store()).run(frames))
    parts, spent, poses, faces = open_parts(settings, card.layout), [], 0, 0
    for frame, seen in zip(frames, people, strict=True):
        ids = [] if seen.ids is None else [int(id) for id in seen.ids]
        start = time.process_time()
        for part in parts:
            seen = part.added(seen, ids, frame.image)
        spent.append(time.process_time() - start)
        poses += len(seen)
        faces += 0 if seen.face_presence is None else int((seen.face_presence > 0).sum())
    spent_ms = 1000 * np.array(spent[5:])
    print(
        f"{options.parts}: mean {spent_ms.mean():.1f} ms, 95th percentile {np.percentile(spent_ms, 95):.1f} ms a frame"
    )
    if settings.with_face:
        print(f"faces found of {poses} poses: {faces} ({faces / max(poses, 1):.1%})")


if __name__ == "__main__":
    main()
