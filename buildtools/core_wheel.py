"""The wheel of romp_core for the zip, written by ourselves so that it is the same on every machine.

It holds the generated assets and leaves out what only builds and tests use.
"""

import base64
import hashlib
from pathlib import Path

from . import archive, project
from .paths import BUILD, CORE, ROOT

_TAG = "py3-none-any"
_NOT_SHIPPED = ("romp_core/generate/", "romp_core/networks/", "romp_core/reference/")


def make(folder: Path = BUILD) -> Path:
    """Write `romp_core-VERSION-py3-none-any.whl` into a folder and return its path."""
    stem = f"romp_core-{project.version()}"
    contents = archive.tree(CORE, "romp_core/")
    contents = {name: content for name, content in contents.items() if not name.startswith(_NOT_SHIPPED)}
    info = f"{stem}.dist-info/"
    contents[info + "METADATA"] = _metadata()
    contents[info + "WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: build_addon\nRoot-Is-Purelib: true\nTag: {_TAG}\n".encode()
    )
    contents[info + "entry_points.txt"] = _entry_points()
    contents[info + "licenses/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    contents[info + "RECORD"] = _record(contents, info + "RECORD")
    target = folder / f"{stem}-{_TAG}.whl"
    archive.write(target, contents)
    return target


def _metadata() -> bytes:
    package = project.package()
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {package['name']}",
        f"Version: {project.version()}",
        f"Summary: {package['description']}",
        f"License-Expression: {package['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {package['requires-python']}",
        *(f"Requires-Dist: {requirement}" for requirement in package["dependencies"]),
    ]
    for extra, requirements in package["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}"]
        lines += [f'Requires-Dist: {requirement}; extra == "{extra}"' for requirement in requirements]
    return ("\n".join(lines) + "\n").encode()


def _entry_points() -> bytes:
    scripts = project.package()["scripts"]
    return "\n".join(["[console_scripts]", *(f"{name} = {target}" for name, target in scripts.items()), ""]).encode()


def _record(contents: dict[str, bytes], own_name: str) -> bytes:
    lines = []
    for name in sorted(contents):
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents[name]).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(contents[name])}")
    return "\n".join([*lines, f"{own_name},,", ""]).encode()
