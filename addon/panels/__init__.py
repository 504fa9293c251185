"""The sidebar tab and the preferences."""

from . import capture, export, preferences, takes, weights

classes = (*capture.classes, *weights.classes, *takes.classes, *export.classes, *preferences.classes)
