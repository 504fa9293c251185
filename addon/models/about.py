"""What a model can do and where it comes from, from its card: a popup, and its web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from ..blender.layout import faint, wrapped
from . import files

if TYPE_CHECKING:
    from romp_core.models.base import ModelCard

_WIDTH = 420


def draw_buttons(layout: bpy.types.UILayout, model: str) -> None:
    """Help and web page of a model, as icons beside its name."""
    layout.operator("romp_mocap.about_model", text="", icon="HELP").model = model
    layout.operator("romp_mocap.open_website", text="", icon="URL").model = model


def _model_property() -> Any:
    return StringProperty(name="Model", description="Name of the model", options={"HIDDEN", "SKIP_SAVE"})


class _OfModel:
    """Mixin: an operator about one model."""

    def execute(self: Any, context: bpy.types.Context) -> set[str]:
        card = _card(self.model)
        if card is None:  # a file of another version names it
            self.report({"ERROR"}, f'There is no model "{self.model}" in this version.')
            return {"CANCELLED"}
        return self.show(card)

    def show(self, card: ModelCard) -> set[str]:
        raise NotImplementedError


class ROMP_MOCAP_OT_about_model(_OfModel, Operator):
    """Show what this model gives, which files it needs, and what may be done with its results"""

    bl_idname = "romp_mocap.about_model"
    bl_label = "About This Model"

    model: _model_property()

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if _card(self.model) is None:
            return self.execute(context)
        return context.window_manager.invoke_popup(self, width=_WIDTH)

    def draw(self, context: bpy.types.Context) -> None:
        if (card := _card(self.model)) is None:
            return
        self.layout.label(text=card.label)
        for line in lines(card):
            wrapped(self.layout, line, _WIDTH)
        faint(self.layout, files.licenses(card.name), _WIDTH)
        self.layout.operator("romp_mocap.open_website", icon="URL").model = card.name

    def show(self, card: ModelCard) -> set[str]:
        self.report({"INFO"}, " ".join(lines(card)))
        return {"FINISHED"}


class ROMP_MOCAP_OT_open_website(_OfModel, Operator):
    """Open the web page of this model in your browser"""

    bl_idname = "romp_mocap.open_website"
    bl_label = "Open Website"

    model: _model_property()

    def show(self, card: ModelCard) -> set[str]:
        return open_page(card.website)


def open_page(address: str) -> set[str]:
    """Show a web page in the browser."""
    return bpy.ops.wm.url_open(url=address)


def lines(card: ModelCard) -> list[str]:
    """What to know before choosing a model, in sentences."""
    from romp_core.models.table import gives

    can = card.capabilities
    needed, _ = files.keys(card.name)
    there = [f"{key} ({'installed' if files.state(key).path else 'missing'})" for key in needed]
    return [
        f"{card.description}.",
        f"Gives {gives(card)}.",
        f"Camera: {'moving or static' if can.moving_camera else 'static'}.",
        f"Size of children: {'estimated' if can.children else 'not estimated'}.",
        f"Files: {', '.join(there)}." if there else "Built in: needs no files.",
    ]


def _card(model: str) -> ModelCard | None:
    from romp_core.models.registry import MODELS

    return MODELS.get(model)


CLASSES = (ROMP_MOCAP_OT_about_model, ROMP_MOCAP_OT_open_website)
