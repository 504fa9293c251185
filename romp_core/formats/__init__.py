"""Results of other programs become takes: simple-romp, BEV, the older ROMP, AMASS. Their files are pickles, and are
read by `checkpoints`, so nothing in them is run."""

from .importer import import_results

__all__ = ["import_results"]
