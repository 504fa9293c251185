"""Mappings as JSON files, so that users can keep what they set up for a rig, share it, and write it by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..errors import RetargetError
from ..storage.atomic import write_bytes
from .mapping import TARGET_JOINTS, IkLimb, RigMapping, Switch

_FORMAT = "romp_mocap.mapping"
_VERSION = 1
_HEADER = ("format", "version")
_LIMB_ENDS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle")
_CHOOSE = "Choose a file that was saved under Mapping."


def save_mapping(path: str | Path, mapping: RigMapping) -> None:
    """Write a mapping. Raises RetargetError where the file cannot be written."""
    try:
        write_bytes(path, mapping_text(mapping).encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RetargetError(f"The mapping cannot be written to {path}: {reason}.", "Choose another folder.") from error


def mapping_text(mapping: RigMapping) -> str:
    """A mapping as JSON."""
    content = {"format": _FORMAT, "version": _VERSION, **asdict(mapping)}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def load_mapping(path: str | Path, names: Collection[str] | None = None) -> RigMapping:
    """Read a mapping: as saved, or just an object of joint -> bone, or list of bones.

    Args:
        names: the bones of the rig that it is for; None to leave it unchecked.

    Raises:
        RetargetError: the file is no mapping, names joints that do not exist, a bone twice, or one that the rig lacks.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RetargetError(f"The mapping {path} cannot be read: {reason}.", _CHOOSE) from error
    mapping = parse_mapping(content, Path(path).name)
    if names is not None:
        check_bones(mapping, names)
    return mapping


def parse_mapping(content: str | bytes, file: str) -> RigMapping:
    """The mapping that JSON holds; `file` is what messages call it. Raises RetargetError."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RetargetError(f'"{file}" is not a JSON file.', _CHOOSE) from error
    if not isinstance(data, dict) or not data:
        raise RetargetError(f'"{file}" is not a mapping of a rig.', _CHOOSE)
    return _mapping(data, file)


def check_bones(mapping: RigMapping, names: Collection[str]) -> None:
    """Make sure that a rig has all bones of a mapping, and no two joints share one. Raises RetargetError."""
    uses: dict[str, str] = {}
    for joint, chain in mapping.bones.items():
        for bone in chain:
            if bone in uses:
                raise RetargetError(
                    f'The bone "{bone}" is mapped to two joints: {spoken(uses[bone])} and {spoken(joint)}.',
                    "Choose another bone for one of them.",
                )
            uses[bone] = joint
    controls = [(name, "an IK control") for limb in mapping.ik for name in asdict(limb).values() if name != limb.joint]
    others = [(mapping.root, "the root"), (mapping.carrier, "what moves the pelvis"), *controls]
    for bone, use in [*((bone, spoken(joint)) for bone, joint in uses.items()), *others]:
        if bone and bone not in names:
            raise RetargetError(
                f'The rig has no bone "{bone}", which the mapping names as {use}.',
                _meant(bone, names) or "Choose another bone, or detect the bones again.",
            )


def spoken(joint: str) -> str:
    """The name of a joint as messages and panels have it."""
    return joint.replace("_", " ")


def _mapping(data: Mapping[str, Any], file: str) -> RigMapping:
    if data.get("format", _FORMAT) != _FORMAT or not isinstance(data.get("version", _VERSION), int):
        raise RetargetError(f'"{file}" is not a mapping of a rig.', _CHOOSE)
    if data.get("version", _VERSION) > _VERSION:
        raise RetargetError(f'"{file}" was saved by a newer version of this extension.', "Update the extension.")
    known = {field.name for field in fields(RigMapping)}
    if "bones" not in data:
        data = {"bones": {key: value for key, value in data.items() if key not in known and key not in _HEADER}} | {
            key: value for key, value in data.items() if key in known
        }
    for key in data:
        if key not in known and key not in _HEADER:
            raise RetargetError(f'"{file}" has an entry "{key}" that no mapping has.', _meant(key, known) or _CHOOSE)
    try:
        return RigMapping(
            {joint: _chain(joint, chain, file) for joint, chain in _object(data["bones"]).items() if chain},
            root=_text(data.get("root", "")),
            carrier=_text(data.get("carrier", "")),
            family=_text(data.get("family", "")),
            switches=tuple(
                Switch(_text(each["bone"]), _text(each["prop"]), _number(each["fk"]), _number(each["ik"]))
                for each in data.get("switches", ())
            ),
            constants=tuple(
                (_text(bone), _text(prop), _number(value)) for bone, prop, value in data.get("constants", ())
            ),
            ik=tuple(_limb(each) for each in data.get("ik", ())),
            deform={_text(joint): _text(bone) for joint, bone in _object(data.get("deform", {})).items()},
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise RetargetError(f'"{file}" is damaged: its entries are not those of a mapping.', _CHOOSE) from error


def _chain(joint: str, chain: Any, file: str) -> tuple[str, ...]:
    if joint not in TARGET_JOINTS:
        raise RetargetError(
            f'"{file}" names a joint "{joint}" that does not exist.',
            _meant(joint, TARGET_JOINTS) or f"Joints are: {', '.join(TARGET_JOINTS[:22])}, and fingers.",
        )
    names = (chain,) if isinstance(chain, str) else tuple(map(_text, chain))
    if not all(names):
        raise RetargetError(
            f'"{file}" gives the {spoken(joint)} a bone without a name.', "Leave the joint out instead."
        )
    return names


def _limb(value: Any) -> IkLimb:
    limb = IkLimb(**{_text(part): _text(name) for part, name in _object(value).items()})
    if limb.joint not in _LIMB_ENDS:
        raise ValueError(limb.joint)
    return limb


def _meant(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, list(known), 1)
    return f'Did you mean "{close[0]}"?' if close else ""


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(value)
    return float(value)
