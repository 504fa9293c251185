"""All operators; prefix `mocap`."""

from . import capture, drop, export, maintenance, takes

classes = (*capture.classes, *takes.classes, *drop.classes, *export.classes, *maintenance.classes)
