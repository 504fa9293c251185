"""What `window_weights.py` works with; leave it running: `python tests/e2e/window_weights_files.py FOLDER GOLDEN/romp`.

Makes a folder with ROMP.pkl (weights by formula), a clip, and the addresses of a slow server and of one without files.
"""

import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.formula import formula_state_dict, save_torch_zip  # noqa: E402
from tests.weight_server import serving, some_bytes  # noqa: E402


def main(folder: Path, golden: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_torch_zip(formula_state_dict(golden), folder / "ROMP.pkl")
    shutil.copy(ROOT / "tests" / "data" / "demo.mp4", folder)
    with serving(some_bytes(60_000_000)) as slow, serving(b"x") as gone:
        slow.slow, gone.status = 0.006, 404
        (folder / "addresses").write_text(f"{slow.address}\n{gone.address}\n")
        print(f"serving for files in {folder}", flush=True)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
