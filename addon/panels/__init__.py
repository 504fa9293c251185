"""The sidebar tab and the preferences."""

from . import capture, export, preferences, takes

classes = (*capture.classes, *takes.classes, *export.classes, *preferences.classes)
