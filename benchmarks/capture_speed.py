"""Capture speed, decoding to landmarks, against MediaPipe's own pose solution on the same clip, in one run.

    python benchmarks/capture_speed.py CLIP --mediapipe FOLDER

With `--bodies N`, for a clip of N people, MediaPipe, which measures one body, counts as if it were run N times.

FOLDER is a virtual environment with mediapipe 0.10.21; it is made there with pip when it does not exist yet
(MediaPipe is no dependency of this project). Both read the file with OpenCV and run on the CPU; loading the networks
is not counted. They take turns. Run it on a quiet machine: when other programs compete for the cores, the scheduler
favors MediaPipe's many short-lived threads and the ratio says little (Linux, as root: put `chrt -r 1` in front).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BAR, BAR_OF_SEVERAL = 1.6, 3.0

THEIRS = """
import sys, time, cv2, mediapipe
capture = cv2.VideoCapture(sys.argv[1])
with mediapipe.solutions.pose.Pose(model_complexity=1) as pose:
    pose.process(cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB))
    start, busy, frames = time.perf_counter(), time.process_time(), 0
    while True:
        ok, image = capture.read()
        if not ok:
            break
        found = pose.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).pose_landmarks
        frames += 1
    print(frames / (time.perf_counter() - start), (time.process_time() - busy) / frames * 1000)
"""


def ours(clip: str, people: int) -> tuple[float, float]:
    """Frames per second, and milliseconds of processor time per frame."""
    from romp_core.footage import open_footage
    from romp_core.models.registry import default_store, model_card
    from romp_core.take.settings import CaptureSettings

    with open_footage(clip) as footage:
        estimator = model_card("blazepose").open(footage.info, CaptureSettings(people=people), default_store())
        start, busy = time.perf_counter(), time.process_time()
        seen = [len(found) for found in estimator.run(footage.frames())]
        wall, busy = time.perf_counter() - start, time.process_time() - busy
    if not all(seen):
        sys.exit(f"only {sum(map(bool, seen))} of {len(seen)} frames were tracked")
    return len(seen) / wall, busy / len(seen) * 1000


def theirs(clip: str, python: Path) -> tuple[float, float]:
    """The same for MediaPipe."""
    done = subprocess.run([python, "-c", THEIRS, clip], capture_output=True, text=True, check=True)
    fps, busy = map(float, done.stdout.split())
    return fps, busy


def mediapipe_python(folder: Path) -> Path:
    """Python of the environment with MediaPipe; made when it is not there."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "mediapipe==0.10.21"], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", help="a clip")
    parser.add_argument("--mediapipe", type=Path, required=True, metavar="FOLDER", help="virtual environment")
    parser.add_argument("--people", type=int, default=0, help="as in a capture: 0 looks for everybody (default)")
    parser.add_argument("--bodies", type=int, default=1, metavar="N", help="people in the clip (default: 1)")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    python = mediapipe_python(chosen.mediapipe)
    sys.path.insert(0, str(ROOT))
    bar, ratios = BAR if chosen.bodies == 1 else BAR_OF_SEVERAL, []
    for _ in range(chosen.rounds):
        (fps, busy), (their_fps, their_busy) = ours(chosen.clip, chosen.people), theirs(chosen.clip, python)
        ratios.append(fps / their_fps * chosen.bodies)
        print(
            f"ours {fps:6.1f} fps, {busy:5.1f} ms processor time per frame | "
            f"MediaPipe {their_fps:6.1f} fps, {their_busy:5.1f} ms | ratio {ratios[-1]:.2f}"
        )
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.2f}, bar {bar}: {'met' if ratio >= bar else 'NOT MET'}")
    sys.exit(ratio < bar)


if __name__ == "__main__":
    main()
