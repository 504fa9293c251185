"""Seconds per image: onnxruntime from a template against the torch network, in turns in one process.

    python benchmarks/network_speed.py [--golden DIR] [--rounds 9] [--threads 2]     (needs torch)

The weights are the golden set's. Wall time is the median and the least of all rounds; processor time stands beside it
because a shared machine makes wall time lie. A session's creation is measured in a process of its own, from a
checkpoint file to the first result: time, and the process's peak resident set against the file's size.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.checkpoints import read_state_dict
from romp_core.inference.template import ONE_IMAGE, open_template, template_shapes
from tests.formula import formula_input, formula_state_dict, save_torch_zip

ROOT = Path(__file__).resolve().parents[1]
SETS = {"romp": "romp", "bev_maps": "bev"}


def in_turns(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, np.ndarray]:
    """(rounds, 2) wall and processor seconds of each, after one round to warm up."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            wall, processor = time.perf_counter(), time.process_time()
            run()
            seconds[name].append((time.perf_counter() - wall, time.process_time() - processor))
    return {name: np.array(values[1:]) for name, values in seconds.items()}


def compare(template: str, golden: Path, rounds: int, threads: int) -> None:
    import torch

    from romp_core.networks.bev import BevMaps
    from romp_core.networks.romp import Romp

    torch.set_num_threads(threads)
    state, image = formula_state_dict(golden / SETS[template]), formula_input()
    network = {"romp": Romp, "bev_maps": BevMaps}[template]().eval()
    network.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    session = open_template(template, state, threads, sizes_on_cpu=ONE_IMAGE).session
    tensor = torch.from_numpy(image)

    def with_torch() -> None:
        with torch.inference_mode():
            network(tensor)

    runs: dict[str, Callable[[], object]] = {
        "onnxruntime": lambda: session.run(None, {"image": image}),
        "torch": with_torch,
    }
    seconds = in_turns(runs, rounds)
    middle = {name: np.median(values, axis=0) for name, values in seconds.items()}
    least = {name: values.min(axis=0) for name, values in seconds.items()}
    for name in runs:
        _show(template, name, middle[name], least[name])
    _show(template, "ratio", *(each["onnxruntime"] / each["torch"] for each in (middle, least)))


def _show(template: str, what: str, middle: np.ndarray, least: np.ndarray) -> None:
    figures = [f"{kind} {middle[i]:.3f} (least {least[i]:.3f})" for i, kind in enumerate(("wall", "processor"))]
    print(f"{template:9} {what:12} {'  '.join(figures)}", flush=True)


@dataclass(frozen=True)
class Cost:
    """What it takes to read a checkpoint and create a session from it, in a process of its own."""

    file_mb: float
    read_s: float
    create_s: float
    processor_s: float
    before_mb: float
    peak_mb: float


def measure_creation(template: str, golden: Path, threads: int) -> Cost:
    """Write the golden set's checkpoint and open it in another process (Linux only)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.pth"
        save_torch_zip(formula_state_dict(golden / SETS[template]), path)
        command = [sys.executable, __file__, "--create", template, str(path), "--threads", str(threads)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return Cost(file_mb=path.stat().st_size / 1e6, **json.loads(done.stdout))


def create(template: str, path: Path, threads: int) -> None:
    """In a fresh process: print the figures of reading a checkpoint and creating a session."""
    before = _peak()
    start, processor = time.perf_counter(), time.process_time()
    weights = read_state_dict(path, template_shapes(template), template)
    read = time.perf_counter()
    open_template(template, weights, threads)
    done = time.perf_counter()
    figures = {"read_s": read - start, "create_s": done - read, "processor_s": time.process_time() - processor}
    print(json.dumps({**figures, "before_mb": before, "peak_mb": _peak()}))


def _peak() -> float:
    """This process's peak resident set in MB (Linux; what `getrusage` tells includes the parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--golden", type=Path, default=ROOT.parent / "shared" / "golden")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--create", nargs=2, metavar=("TEMPLATE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.create:
        create(options.create[0], Path(options.create[1]), options.threads)
        return
    for template in SETS:
        compare(template, options.golden, options.rounds, options.threads)
        cost = measure_creation(template, options.golden, options.threads)
        print(
            f"{template:9} session from a checkpoint of {cost.file_mb:.0f} MB: read {cost.read_s:.2f} s, create "
            f"{cost.create_s:.2f} s (processor, both: {cost.processor_s:.2f}); peak memory {cost.peak_mb:.0f} MB "
            f"= {cost.peak_mb / cost.file_mb:.2f} x the file, {cost.before_mb:.0f} MB of it before"
        )


if __name__ == "__main__":
    main()
