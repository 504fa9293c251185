"""Seconds of TRACE's networks on the CPU: RAFT against its usual form, and all of it against the torch networks.

    python benchmarks/trace_speed.py [--golden DIR] [--rounds 3] [--frames 2]     (needs torch)

The weights are the golden set's, images are noise of 512 x 512, RAFT refines 20 times. What is compared runs in turns
in one process, with as many threads as the product takes. Wall time is the median and the least of all rounds;
processor time stands beside it because a shared machine makes wall time lie.
"""

import argparse
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.network_speed import in_turns
from benchmarks.plain_raft import PlainRaft
from romp_core.inference.network_files import session_options
from romp_core.inference.threads import large_network_threads
from romp_core.models.trace.flow import OpticalFlow
from romp_core.models.trace.networks import TraceNetworks
from romp_core.networks import trace
from romp_core.networks.clip_norm import normalize_by_clip
from tests.formula import save_torch_zip
from tests.formula_trace import FILES, formula_trace_state

ROOT = Path(__file__).resolve().parents[1]
THREADS = large_network_threads() or os.cpu_count() or 1
PEOPLE = 16


class TorchTrace:
    """The torch networks, RAFT in its usual form, which torch runs faster than ours."""

    def __init__(self, load: Callable) -> None:
        self.flow = load(PlainRaft, "raft")
        self._backbone = load(trace.TraceBackbone, "backbone")
        kinds = trace.TraceGru, trace.TraceWarp, trace.TraceMaps, trace.TraceRegressors
        self._gru, self._warp, self._maps, self._people = (normalize_by_clip(load(kind, "head")) for kind in kinds)

    def clip(self, images: torch.Tensor) -> None:
        each = images.split(1)
        features = torch.cat([self._backbone(image) for image in each])
        flows = torch.cat([self.flow(before, now)[0] for before, now in pairwise([each[0], *each])])
        state, recurrent = self._gru(features[:1], *torch.zeros(2, 1, 32, 128, 128)), []
        for frame in features:
            state = self._gru(frame[None], *state)
            recurrent.append(state[1])
        previous = torch.cat([features[:1], features[:-1]])
        self._maps(flows, self._warp(features, previous, torch.cat(recurrent)))
        self._people(torch.zeros(PEOPLE, 128), torch.zeros(PEOPLE, 3))


def run_clip(nets: TraceNetworks, images: np.ndarray) -> None:
    codes = nets.encode(images)
    flows = np.stack([nets.flow(codes[max(t - 1, 0)], codes[t]) for t in range(len(codes))])
    features = np.stack([codes[0].features, *(code.features for code in codes)])
    warped, _ = nets.temporal(features)
    nets.maps(flows, warped)
    nets.regress(np.zeros((PEOPLE, 128)), np.zeros((PEOPLE, 3)))


def unprefixed(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {key.removeprefix("module."): values for key, values in state.items()}


def usual_form(network: PlainRaft) -> onnxruntime.InferenceSession:
    """RAFT in its usual form as one ONNX file, with all that onnxruntime makes of it."""
    file, inputs = io.BytesIO(), (torch.zeros(1, 512, 512, 3),) * 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = ["previous", "current"]
        torch.onnx.export(network, inputs, file, dynamo=False, opset_version=17, input_names=names)
    return onnxruntime.InferenceSession(file.getvalue(), session_options(THREADS), providers=["CPUExecutionProvider"])


def show(title: str, seconds: dict[str, np.ndarray], per: int = 1) -> None:
    """Each figure, and the ratio of the first to every other."""
    figures = {name: (np.median(each, axis=0) / per, each.min(axis=0) / per) for name, each in seconds.items()}
    ours = next(iter(figures.values()))
    for name, ((wall, processor), least) in figures.items():
        text = (
            f"{title:6} {name:28} wall {wall:.2f} s (least {least[0]:.2f})  processor {processor:.2f} ({least[1]:.2f})"
        )
        print(
            f"{text}  ours / this: {ours[0][0] / wall:.2f} ({ours[1][0] / least[0]:.2f}), {ours[0][1] / processor:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--golden", type=Path, default=ROOT.parent / "shared" / "golden")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.set_grad_enabled(False)
    states = {part: formula_trace_state(options.golden / "trace", part) for part in FILES}
    images = np.random.default_rng(0).integers(0, 256, (options.frames, 512, 512, 3), dtype=np.uint8)
    inputs = images.astype(np.float32)
    tensors = torch.from_numpy(inputs)

    def load(kind: type[torch.nn.Module], part: str) -> torch.nn.Module:
        network = kind().eval()
        network.load_state_dict({key: torch.from_numpy(each) for key, each in unprefixed(states[part]).items()})
        return network

    with tempfile.TemporaryDirectory() as folder:
        for part, name in FILES.items():
            save_torch_zip(states[part], Path(folder) / name)
        nets = TraceNetworks(*(Path(folder) / FILES[part] for part in FILES))
    theirs, ours = TorchTrace(load), OpticalFlow(unprefixed(states["raft"]))
    session, before = usual_form(theirs.flow), ours.encode(inputs[0])
    runs = {
        "ours": lambda: ours(before, ours.encode(inputs[1])),
        "usual form in onnxruntime": lambda: session.run(None, {"previous": inputs[:1], "current": inputs[1:2]}),
        "usual form in torch": lambda: theirs.flow(tensors[:1], tensors[1:2]),
    }
    print(f"{THREADS} thread(s), {options.rounds} rounds")
    show("RAFT", in_turns(runs, options.rounds))
    clips = {"ours": lambda: run_clip(nets, images), "torch": lambda: theirs.clip(tensors)}
    show("frame", in_turns(clips, options.rounds), per=options.frames)


if __name__ == "__main__":
    main()
