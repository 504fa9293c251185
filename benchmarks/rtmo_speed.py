"""Seconds per image: RTMO from its templates against the same networks in torch, in turns in one process.

    python benchmarks/rtmo_speed.py [--golden DIR] [--rounds 9] [--threads 2] [--sizes ts] [--people 10]  (needs torch)

The weights are by formula. Both find the same people, whose points are read. Set OMP_WAIT_POLICY=passive where other
programs run: threads of torch that wait would take their time. Wall time is the median and the least of
all rounds, processor time stands beside it because a shared machine makes wall time lie.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.network_speed import ROOT, in_turns
from romp_core.models.rtmo.checkpoint import shapes
from romp_core.models.rtmo.template_network import TemplateNetwork, candidates, cells
from tests.formula import formula_image, save_torch_zip
from tests.rtmo_formula import formula_weights, read_set, torch_sets


def compare(size: str, golden: Path, rounds: int, threads: int, people: int) -> None:
    import torch

    import romp_core.models.rtmo.template_network as module
    from romp_core.networks.rtmo import RtmoKeypoints, RtmoMaps

    torch.set_num_threads(threads)
    module.large_network_threads = lambda: threads
    recipes = [read_set(golden / "rtmo", name)[0] for name in torch_sets(golden / "rtmo")]
    recipe = next((each for each in recipes if each["variant"] == size), {"salt": "speed/", "overrides": {}})
    weights = formula_weights(dict(shapes(size)), recipe)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rtmo.pth"
        save_torch_zip({"state_dict": weights}, path)
        network = TemplateNetwork(path)
    canvas = formula_image(network.rows, network.columns)[None]
    state = {name: torch.from_numpy(values) for name, values in weights.items()}
    maps, points = RtmoMaps(size).eval(), RtmoKeypoints(size).eval()
    for each in (maps, points):
        each.load_state_dict(state, strict=False)
    grid = cells(network.rows, network.columns)
    logits, boxes = network.maps(canvas)[:2]
    everybody = candidates(logits[0, :, 0], boxes[0], grid)
    module.CANDIDATE_SCORE = float(np.append(everybody.scores, 0)[people])

    def with_torch() -> int:
        with torch.inference_mode():
            logits, boxes, _, poses = (each[0] for each in maps(torch.from_numpy(canvas.astype(np.float32))))
            chosen = candidates(logits[:, 0].numpy(), boxes.numpy(), grid)
            arrays = grid.centers[chosen.cells], chosen.centers, chosen.sizes
            if len(chosen.cells):
                points(poses[chosen.cells], *(torch.from_numpy(each) for each in arrays))
        return len(chosen.cells)

    runs = {"onnxruntime": lambda: network(canvas), "torch": with_torch}
    seconds = in_turns(runs, rounds)
    found = with_torch()
    for kind, choose in (("median", np.median), ("least", np.min)):
        wall, processor = ({name: choose(each[:, i]) for name, each in seconds.items()} for i in (0, 1))
        ratios = [each["onnxruntime"] / each["torch"] for each in (wall, processor)]
        print(
            f"rtmo-{size} {network.rows}x{network.columns}, {found} people, {kind}: "
            f"onnxruntime {wall['onnxruntime']:.3f} s, "
            f"torch {wall['torch']:.3f} s, ratio {ratios[0]:.2f} (processor {ratios[1]:.2f})",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--golden", type=Path, default=ROOT.parent / "shared" / "golden")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--sizes", default="ts")
    parser.add_argument("--people", type=int, default=10, help="at most in the image")
    options = parser.parse_args()
    for size in options.sizes:
        compare(size, options.golden, options.rounds, options.threads, options.people)


if __name__ == "__main__":
    main()
