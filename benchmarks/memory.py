"""Peak memory of a capture of one minute against a capture of twenty, same images: it must stay flat.

    python benchmarks/memory.py [CLIP] [--minutes 1 20]

The clip (default: the project's own) is repeated until it is long enough. Each capture runs in its own process;
what is reported is that process's peak resident set, the run's frames per second, and the difference.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2

ROOT = Path(__file__).resolve().parents[1]


def repeat_clip(clip: Path, seconds: float, out: Path) -> int:
    """Write the clip over and over, forth and back so that the motion has no jumps; returns the frame count."""
    reader = cv2.VideoCapture(str(clip))
    fps = reader.get(cv2.CAP_PROP_FPS)
    images = []
    while (read := reader.read())[0]:
        images.append(read[1])
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    count, loop = round(seconds * fps), images + images[-2:0:-1]
    for index in range(count):
        writer.write(loop[index % len(loop)])
    writer.release()
    return count


def capture(clip: Path, out: Path) -> tuple[float, float]:
    """Run the command line; returns its peak resident set in MB and its wall time in seconds."""
    command = [sys.executable, "-m", "romp_core", "capture", str(clip), "-o", str(out), "--progress", "none"]
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"capture failed with status {process.returncode}")
    return usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2), time.monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=ROOT / "tests" / "data" / "demo.mp4")
    parser.add_argument("--minutes", nargs="+", type=float, default=[1, 20])
    options = parser.parse_args()
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in options.minutes:
            clip = Path(folder) / f"{minutes:g}.mp4"
            count = repeat_clip(options.clip, minutes * 60, clip)
            peak, seconds = capture(clip, Path(folder) / "take.npz")
            peaks.append(peak)
            print(
                f"{minutes:6g} min  {count:6d} frames  peak {peak:7.1f} MB  {count / seconds:6.1f} frames/s", flush=True
            )
    print(f"difference {max(peaks) - min(peaks):.1f} MB")


if __name__ == "__main__":
    main()
