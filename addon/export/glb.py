"""Binary glTF files: their description, JSON in the first chunk, changed after Blender has written it."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CHUNK = struct.Struct("<I4s")


@contextmanager
def edited(path: Path) -> Iterator[dict[str, Any]]:
    """The description of a file, which is written back with the changes that were made to it."""
    content = path.read_bytes()
    length, _ = _CHUNK.unpack_from(content, 12)
    tree: dict[str, Any] = json.loads(content[20 : 20 + length])
    yield tree
    text = json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    rest = content[20 + length :]
    size = 20 + len(text) + len(rest)
    path.write_bytes(content[:8] + struct.pack("<I", size) + _CHUNK.pack(len(text), b"JSON") + text + rest)


def join_clips(path: Path) -> None:
    """Let each character have one clip: Blender writes another one for the morph targets of each of its meshes."""
    with edited(path) as tree:
        parents = {child: index for index, node in enumerate(tree["nodes"]) for child in node.get("children", ())}
        clips: dict[int, dict[str, Any]] = {}
        for clip in sorted(tree["animations"], key=_has_weights):
            top = clip["channels"][0]["target"]["node"]
            while top in parents:
                top = parents[top]
            joined = clips.setdefault(top, clip)
            if joined is not clip:
                shift = len(joined["samplers"])
                joined["samplers"] += clip["samplers"]
                joined["channels"] += [{**each, "sampler": each["sampler"] + shift} for each in clip["channels"]]
        tree["animations"] = list(clips.values())


def _has_weights(clip: dict[str, Any]) -> bool:
    return any(channel["target"]["path"] == "weights" for channel in clip["channels"])
