"""The settings of the next capture."""

from __future__ import annotations

from bpy.props import PointerProperty
from bpy.types import PropertyGroup

from romp_core.take.settings import CaptureSettings

from ..blender import settings_properties
from ..models import options
from .selection.properties import footage_changed


class ROMP_MOCAP_PG_capture_settings(PropertyGroup):
    """What to read and which model to run."""

    __annotations__ = {
        **settings_properties.properties_of(
            CaptureSettings, changed={"start": footage_changed}, items={"model": options.model_items}
        ),
        "model_options": PointerProperty(type=options.ROMP_MOCAP_PG_model_options),
    }


CLASSES = (ROMP_MOCAP_PG_capture_settings,)
