"""What a capture costs besides its network: decoding, square images, reading people from maps, bodies, shots, tracking.

    python benchmarks/pipeline_share.py MODEL CLIP --weights FOLDER [--seconds S]

MODEL is romp or bev, FOLDER holds its files. The network runs on every frame first and its maps are kept; then the
whole capture runs on the kept maps. Both are measured in processor time, which other programs disturb least. The
network's is divided by its threads, as if they were always busy: so the share is never flattered.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from romp_core.footage import open_footage
from romp_core.inference.threads import large_network_threads
from romp_core.models.registry import default_store, model_card
from romp_core.take.settings import CaptureSettings

BAR = 0.08


class Recorded:
    """A `FrameModel` whose network has already run."""

    def __init__(self, model: Any) -> None:
        self._model, self._maps = model, iter(())
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def record(self, clip: str, end: float) -> int:
        """Run on every frame; `seconds` is the network's processor time. Returns the number of frames."""
        maps = []
        with open_footage(clip, 0.0, end) as footage:
            inputs = [self._model.prepare([frame.image]) for frame in footage.frames()]
        self._model.infer(inputs[0])
        for one in inputs:
            start = time.process_time()
            maps.append(self._model.infer(one))
            self.seconds += time.process_time() - start
        self._maps = iter(maps)
        return len(maps)

    def infer(self, inputs: Any) -> Any:
        return next(self._maps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=("romp", "bev"))
    parser.add_argument("clip")
    parser.add_argument("--weights", required=True, type=Path)
    parser.add_argument("--seconds", type=float, default=1.0, help="of the clip")
    options = parser.parse_args()
    with open_footage(options.clip, 0.0, options.seconds) as footage:
        estimator = model_card(options.model).open(footage.info, CaptureSettings(), default_store(options.weights))
        estimator.model = recorded = Recorded(estimator.model)
        count = recorded.record(options.clip, options.seconds)
        network = recorded.seconds / count / (large_network_threads() or 1)
        start = time.process_time()
        people = sum(len(found) for found in estimator.run(footage.frames()))
        around = (time.process_time() - start) / count
    print(f"{estimator.provider}, {count} frames, {people / count:.1f} people each")
    print(f"network {network * 1000:.0f} ms a frame, everything else {around * 1000:.1f} ms of processor time")
    print(f"share {around / network:.1%}, bar {BAR:.0%}")


if __name__ == "__main__":
    main()
