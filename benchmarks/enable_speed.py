"""How long enabling the extension takes, against importing numpy in the same run. Run with a Python that has bpy:

python benchmarks/enable_speed.py

Processor time of fresh processes, the best of five of each; byte code is kept after the first start, as in an installed
extension.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import os, sys, time
{before}
start = time.process_time()
{work}
print("SECONDS", time.process_time() - start)
sys.stdout.flush()
os._exit(0)
"""


def seconds(before: str, work: str, cache: str) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT.format(before=before, work=work)]
    runs = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(5)]
    return min(float(run.stdout.split("SECONDS")[1]) for run in runs)


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        enabling = seconds("import bpy", "import addon; addon.register()", cache)
        numpy = seconds("", "import numpy", cache)
    print(f"enabling {1000 * enabling:.0f} ms, importing numpy {1000 * numpy:.0f} ms: {enabling / numpy:.2f}")


if __name__ == "__main__":
    main()
