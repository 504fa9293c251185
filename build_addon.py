#!/usr/bin/env python3
"""Build, test and demonstrate the extension on a fresh machine: `demo [VIDEO]`, `test`, `build`, `lock`.

Needs nothing but Python: everything else is fetched by hash into `build/`. The work is done by `buildtools/`.
"""

import os
import shutil
import subprocess
import sys


def main() -> int:
    """Hand over to buildtools, under a newer Python where this one is too old."""
    if sys.version_info >= (3, 11):
        from buildtools.cli import main as run

        return run()
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return subprocess.call([found, os.path.abspath(__file__), *sys.argv[1:]])
    print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
