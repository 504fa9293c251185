"""Takes from and for other programs, one module per format.

Imported are results of simple-romp, BEV, the older ROMP and TRACE, and motions of AMASS. Their files are pickles, which
`checkpoints` reads without running anything in them.
"""

from .exporter import EXPORT_FORMATS, export_take
from .importer import IMPORT_FORMATS, import_results

__all__ = ["EXPORT_FORMATS", "IMPORT_FORMATS", "export_take", "import_results"]
