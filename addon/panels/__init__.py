"""The sidebar tab and the preferences."""

from . import capture, export, preferences, subjects, takes, weights

classes = (*capture.classes, *subjects.classes, *weights.classes, *takes.classes, *export.classes, *preferences.classes)
