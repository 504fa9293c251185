"""Cameras of this machine, by number: what there is, a still of each, and their frames.

PyAV reads them through the system's own interface, as far as its FFmpeg has it.
"""

from .devices import Device, devices, open_camera
from .still import camera_still

__all__ = ["Device", "camera_still", "devices", "open_camera"]
