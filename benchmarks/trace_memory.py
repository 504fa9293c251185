"""Peak memory of a TRACE capture of ten seconds against one of ten minutes: it must stay flat.

    python benchmarks/trace_memory.py [--seconds 10 600]

The networks are those of the tests' stage, which see the two people of a script, since ten minutes with the real ones
take a day on a processor; clips, tracking, journal, take and solve are the product's. The networks' own memory does
not depend on the footage's length. Each capture runs in a process of its own; its peak resident set is reported.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

FPS = 30.0


def capture(seconds: float, folder: Path) -> None:
    """Capture and solve that many seconds of two people who walk to and fro; print this process's peak in MB."""
    from romp_core.models.trace.estimator import TraceEstimator
    from romp_core.solve import solve
    from romp_core.storage.assemble import TakeHead
    from romp_core.storage.journal import Journal
    from romp_core.storage.take_file import save_take
    from romp_core.take.settings import CaptureSettings, SolveSettings
    from romp_core.take.take import FootageInfo, Provenance
    from tests.core.trace_stage import BLUE, SIDE, Actor, StageNetworks, film, still

    count = round(seconds * FPS)
    sway = np.sin(np.arange(count) / FPS)
    positions = [np.stack([x + 0.5 * sway, 0 * sway, 4.0 + 0.2 * sway], axis=-1) for x in (-1.0, 1.0)]
    stage = still([Actor(positions[0], np.ones(count, bool)), Actor(positions[1], np.ones(count, bool), BLUE)])
    info = FootageInfo("stage", SIDE, SIDE, FPS, np.zeros(0), np.zeros(0, np.int32))
    head = TakeHead("stage", info, CaptureSettings("trace"), SolveSettings(), Provenance("trace"))
    networks = StageNetworks(stage)
    journal = Journal(folder / "take.npz", head)
    for frame, people in zip(film(stage, FPS), TraceEstimator(networks, info).run(film(stage, FPS)), strict=True):
        journal.add(frame, people)
        if frame.source_frame % 60 == 0:
            journal.flush()
            networks.encoded.clear()  # what the stage itself notes down
    take = solve(journal.take(complete=True))
    assert len(take.people) == 2 and take.people[0].motion is not None and take.people[0].motion.valid.all()
    save_take(take, folder / "take.npz")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", nargs="+", type=float, default=[10, 600])
    parser.add_argument("--one", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.one:
            capture(options.one, Path(folder))
            return
        peaks = []
        for seconds in options.seconds:
            command = [sys.executable, __file__, "--one", str(seconds)]
            peaks.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            print(f"{seconds:6g} s  peak {peaks[-1]:7.1f} MB", flush=True)
        print(f"difference {max(peaks) - min(peaks):.1f} MB")


if __name__ == "__main__":
    main()
