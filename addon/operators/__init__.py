"""All operators; prefix `mocap`."""

from . import capture, control, drop, export, maintenance, solve, takes

classes = (
    *capture.classes,
    *solve.classes,
    *control.classes,
    *takes.classes,
    *drop.classes,
    *export.classes,
    *maintenance.classes,
)
