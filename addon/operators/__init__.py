"""All operators; prefix `mocap`."""

from . import capture, control, drop, export, importing, maintenance, solve, takes, weights

classes = (
    *capture.classes,
    *solve.classes,
    *control.classes,
    *takes.classes,
    *weights.classes,
    *drop.classes,
    *importing.classes,
    *export.classes,
    *maintenance.classes,
)
