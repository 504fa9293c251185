"""`python -m romp_core`."""

import sys

from .cli import main

sys.exit(main())
