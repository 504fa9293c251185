"""Records of older versions, brought up to date when they are read.

Schema version 1 (0.1.0) to 2 (0.2.0): settings, provenance and arrays were renamed, and takes got edits.
Version 2 to 3 (0.3.0): hands and points of the background, which older takes do not have; the camera got more choices
than to follow the model's or not.
"""

from __future__ import annotations

from typing import Any

from ..typing import Array

_RENAMED = {
    "subjects": "selection",
    "newcomers": "new_people",
    "model_licence": "model_license",
    "body_licence": "body_license",
}


def migrate(meta: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Change the record and the arrays of a take file, as read, to those of the present schema."""
    if "follow_camera" in meta["solve"]:
        meta["solved_for"] = ""  # a digest of settings that were others
    migrate_settings(meta)
    if meta["schema_version"] < 2:
        meta["edits"] = {"trim": None, "people": {}}
        arrays["source_frames"] = arrays.pop("numbers")
        for name in [name for name in arrays if name.endswith(("/raw/frames", "/motion/frames"))]:
            arrays[name.removesuffix("frames") + "frame_index"] = arrays.pop(name)


def migrate_settings(record: dict[str, Any]) -> None:
    """The same for `capture`, `solve` and `provenance` of a take or a journal."""
    if not record["solve"].pop("follow_camera", True):
        record["solve"]["camera"] = "static"
    for group in ("capture", "provenance"):
        for old, new in _RENAMED.items():
            if old in record[group]:
                record[group][new] = record[group].pop(old)
    rounds = record["capture"].pop("flow_rounds", None)
    if rounds is not None and record["capture"].get("model") == "trace":
        record["capture"]["model_options"] = {"flow_rounds": rounds}
