#!/usr/bin/env python3
"""Build, test and demonstrate the extension on a fresh machine: `demo [VIDEO]`, `test`, `build`, `lock`.

Needs nothing but Python: everything else is fetched by hash into `build/`. The work is done by `buildtools/`.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
CANDIDATES = ["python3.%d" % minor for minor in (13, 12, 11, 14)]


def main():  # type: ignore[no-untyped-def]  # read by Pythons too old for what follows
    """Hand over to buildtools, under a newer Python where this one is too old."""
    if sys.version_info >= OLDEST:
        from buildtools.cli import main as run

        return run()
    for name in CANDIDATES:
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return subprocess.call([found, os.path.abspath(__file__)] + sys.argv[1:])  # noqa: RUF005
    sys.stderr.write("Python %d.%d or newer is needed; this is %s.\n" % (OLDEST + (sys.version.split()[0],)))  # noqa: RUF005, UP031
    return 2


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[no-untyped-call]
