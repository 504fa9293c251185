"""MA-HMR at its full size: onnxruntime against torch, in turns in one process, and the memory that it takes.

    python benchmarks/ma_hmr_speed.py [--golden DIR] [--case case_full] [--rounds 5] [--threads 2]     (needs torch)

Timed is everything from patches to people's numbers: the same steps with the same numpy between them. Torch computes
attention in two ways: written out, as the golden set was made, and with its own fused operator. Wall time is the median
and the least of all rounds; processor time stands beside it because a shared machine makes wall time lie. Memory is the
peak resident set of a process of its own, which reads the checkpoint and finds the people of one image.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.network_speed import _peak, in_turns
from romp_core.models.ma_hmr.network import MaHmrNetwork
from romp_core.models.ma_hmr.preprocessing import Patches, cut
from romp_core.models.ma_hmr.token_plan import plan_tokens
from tests.formula_ma_hmr import formula_state, read_case
from tests.torch_files import save_torch_zip

ROOT = Path(__file__).resolve().parents[1]


def first_image(folder: Path, case: str) -> Patches:
    recipe, _ = read_case(folder, case)
    return cut(cv2.imread(str(folder / recipe["images"][0]))[..., ::-1], recipe["input_size"])


def with_onnxruntime(network: MaHmrNetwork, patches: Patches) -> np.ndarray:
    return network.decode(network.encode(patches, network.coarse(patches))).boxes


class Torch:
    """The same steps through the torch modules."""

    def __init__(self, state: dict[str, np.ndarray], network: MaHmrNetwork) -> None:
        import torch

        from romp_core.networks.ma_hmr import PARTS

        self._network, self._parts = network, [part().eval() for part in PARTS]
        for part in self._parts:
            part.load_state_dict({key: torch.from_numpy(state[key]) for key in part.state_dict()}, assign=True)

    def __call__(self, patches: Patches) -> np.ndarray:
        import torch

        network, (coarse, fine, encoder, fov, people) = self._network, self._parts
        as_tensor = torch.from_numpy
        with torch.inference_mode():
            at = network._half_table[patches.cells[:, 0], patches.cells[:, 1]]
            token, tokens, scale_map = coarse(as_tensor(patches.halved()), as_tensor(at))
            plan = plan_tokens([scale_map.numpy()])[0]
            small, cells = patches.quartered(plan.fine)
            split = fine(as_tensor(small), as_tensor(network._table[cells[:, 0], cells[:, 1]]))
            merged = torch.cat([token, as_tensor(plan.merged(split.numpy(), tokens.numpy()))])
            token, features = encoder(merged)
            fov(token)
            cells, levels = plan.cells(cells, patches.cells)
            where = network._waves(cells, levels) + network._levels[levels]
            return np.asarray(people(features, as_tensor(where))[0])


def fused(q, k, v, heads):  # type: ignore[no-untyped-def]
    """torch's own operator."""
    from torch.nn.functional import scaled_dot_product_attention

    q, k, v = (each.reshape(len(each), heads, -1).transpose(0, 1)[None] for each in (q, k, v))
    return scaled_dot_product_attention(q, k, v)[0].transpose(0, 1).flatten(1)


def compare(folder: Path, case: str, checkpoint: Path, state: dict[str, np.ndarray], rounds: int) -> None:
    from romp_core.networks import dab_decoder, transformer

    network, patches = MaHmrNetwork(checkpoint), first_image(folder, case)
    torch_network = Torch(state, network)

    def with_torch(way: Callable[..., object]) -> Callable[[], np.ndarray]:
        def run() -> np.ndarray:
            transformer.FusedAttention.apply = staticmethod(way)  # type: ignore[method-assign,assignment]
            dab_decoder.attention = way  # type: ignore[assignment]
            return torch_network(patches)

        return run

    runs = {
        "onnxruntime": lambda: with_onnxruntime(network, patches),
        "torch, fused": with_torch(fused),
        "torch, written out": with_torch(transformer.attention),
    }
    boxes = {name: run() for name, run in runs.items()}
    print(
        f"largest difference of boxes: {max(np.abs(each - boxes['onnxruntime']).max() for each in boxes.values()):.1e}"
    )
    seconds = in_turns(runs, rounds)
    for name, values in seconds.items():
        ratios = seconds["onnxruntime"] / values
        parts = []
        for column, kind in enumerate(("wall", "processor")):
            taken, ratio = values[:, column], np.median(ratios[:, column])
            parts.append(f"{kind} {np.median(taken):.2f} s (least {taken.min():.2f}), onnxruntime's ratio {ratio:.2f}")
        print(f"{name:20} {'; '.join(parts)}", flush=True)


def find_people(folder: Path, case: str, checkpoint: Path) -> None:
    """In a fresh process: print the peak memory of reading the checkpoint and of an image."""
    network = MaHmrNetwork(checkpoint)
    opened = _peak()
    with_onnxruntime(network, first_image(folder, case))
    size = checkpoint.stat().st_size / 1e6
    print(f"weights {size:.0f} MB; peak memory {opened:.0f} MB once opened, {_peak():.0f} MB = {_peak() / size:.2f} x "
          "the weights after an image")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--golden", type=Path, default=ROOT.parent / "shared" / "golden")
    parser.add_argument("--case", default="case_full")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--memory", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = options.golden / "ma_hmr"
    if options.memory:
        find_people(folder, options.case, options.memory)
        return
    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[: options.threads])  # ours uses one thread per core
    import torch

    torch.set_num_threads(options.threads)
    recipe, _ = read_case(folder, options.case)
    state = formula_state(folder, recipe)
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint = Path(scratch) / "mahmr_stage3.bin"
        save_torch_zip(state, checkpoint)
        command = [sys.executable, __file__, "--golden", str(options.golden), "--case", options.case]
        subprocess.run([*command, "--memory", str(checkpoint)], cwd=ROOT, check=True)
        compare(folder, options.case, checkpoint, state, options.rounds)


if __name__ == "__main__":
    main()
