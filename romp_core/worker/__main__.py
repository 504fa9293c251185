"""`python -m romp_core.worker`."""

from .main import main

main()
