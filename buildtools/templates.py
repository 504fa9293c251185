"""Export the weight-less networks in `romp_core/inference/templates/`; they are committed: building needs no torch."""

from . import process, venvs
from .console import BuildError


def export() -> None:
    """Run the exporter in the torch environment.

    Raises:
        BuildError: torch could not be installed, or the export failed.
    """
    if process.run([venvs.python("torch"), "-m", "romp_core.networks.templates"], timeout=1200) != 0:
        raise BuildError("The templates could not be exported.")
