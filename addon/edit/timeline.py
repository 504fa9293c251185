"""When the people of a take are seen: a strip for each of them in the sidebar, kept as long as nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..blender import icons
from ..blender.layout import faint, ui_scale
from ..blender.redraw import redraw_sidebars
from ..blender.timing import second_at
from ..takes import edits, take_list

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo

    from ..takes.properties import ROMP_MOCAP_PG_take

_IMAGE = "romp_mocap timeline"
_WIDTH_PX = 480
_UNIT_PX, _MARGIN_PX = 20.0, 60.0


@dataclass(frozen=True)
class _Content:
    """What the image depends on: a take, its file and edits, the people in the list, and the selected one."""

    take_id: str
    file_state: str
    edits: str
    people: tuple[int, ...]
    selected: int | None


_shown: tuple[_Content, FootageInfo | None] | None = None
"""What the image shows, and the footage, which is None where the take could not be read."""


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, entry: ROMP_MOCAP_PG_take) -> None:
    """The strips of several people, in the order of their list, and where the current frame is."""
    if len(entry.people) < 2:
        return
    shown, footage = _shown or (None, None)
    if shown != _content(context.scene, entry) and not bpy.app.timers.is_registered(_update):
        bpy.app.timers.register(_update)  # while a panel is drawn, nothing may be made
    icon = icons.find(_IMAGE)
    if icon is None or shown is None or footage is None or shown.take_id != entry.take_id:
        return
    side = max(5.0, (context.region.width / ui_scale() - _MARGIN_PX) / _UNIT_PX)
    column = layout.column(align=True)
    strips = column.column()
    strips.ui_units_y = side * icon.share
    strips.template_icon(icon_value=icon.icon, scale=side)
    times, second = footage.times, second_at(context.scene.frame_current, footage, context.scene)
    share = (second - times[0]) / max(times[-1] - times[0], 1e-6)
    column.progress(factor=min(max(float(share), 0.0), 1.0), text=f"{second:.2f} s")
    faint(column, f"From above: {', '.join(person.name for person in entry.people)}.", context.region.width)


def _content(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> _Content:
    person = take_list.active_person(scene)
    selected = person.person_id if person is not None else None
    people = tuple(each.person_id for each in entry.people)
    return _Content(entry.take_id, entry.file_state, entry.other_edits, people, selected)


def _update() -> None:
    """Make the image of the selected take; called by a timer."""
    global _shown
    from romp_core.errors import TakeError
    from romp_core.images.timeline import draw_timeline

    scene = bpy.context.scene
    entry = take_list.active_take(scene)
    if entry is None:
        return
    content = _content(scene, entry)
    try:
        take = edits.edited(entry, take_list.load(entry))
    except TakeError:
        _shown = content, None
        return
    seen = {person.id: person.observations.frame_index for person in take.identified_people}
    ids = [id for id in content.people if id in seen]
    image = draw_timeline([seen[id] for id in ids], len(take.footage.times), ids, content.selected, _WIDTH_PX)
    icons.show_array(_IMAGE, image)
    _shown = content, take.footage
    redraw_sidebars()
