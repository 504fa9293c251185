"""All operators; prefix `mocap`."""

from . import capture, control, drop, export, importing, maintenance, solve, subjects, takes, weights

classes = (
    *capture.classes,
    *subjects.classes,
    *solve.classes,
    *control.classes,
    *takes.classes,
    *weights.classes,
    *drop.classes,
    *importing.classes,
    *export.classes,
    *maintenance.classes,
)
