"""Takes from and for other programs, one module per format; `registry` lists those that are imported.

Files of other programs are mostly pickles, which `checkpoints` reads without running anything in them.
"""

from .exporter import EXPORT_FORMATS, export_take
from .format import UP_AXES
from .importer import import_results
from .registry import FORMATS, IMPORT_FORMATS, SUFFIXES

__all__ = ["EXPORT_FORMATS", "FORMATS", "IMPORT_FORMATS", "SUFFIXES", "UP_AXES", "export_take", "import_results"]
