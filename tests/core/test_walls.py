"""The wall between core and add-on: who may import what, and that importing has no side effects."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLENDER = {"bpy", "mathutils", "bmesh", "gpu", "blf", "bpy_extras", "addon"}
NETWORKS = {"onnxruntime", "cv2", "torch", "scipy", "onnx", "av"}
LIGHT_FOR_ADDON = {"romp_core.take.settings", "romp_core.errors"}
UNSAFE = {("pickle", "load"), ("pickle", "loads"), ("torch", "load"), ("os", "system")}


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"{package} has no modules: this check would check nothing"
    return found


def imports(path: Path, top_level_only: bool = False) -> Iterator[tuple[str, int]]:
    """Absolute module names imported by a file, with the line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {id(n) for top in ast.walk(tree) if is_typing_guard(top) for n in ast.walk(top)}
    inside = {
        id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)
    }
    for node in ast.walk(tree):
        if id(node) in guarded or (top_level_only and id(node) in inside):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno


def is_typing_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_core_knows_no_blender() -> None:
    bad = [
        f"{p.name}:{line} {name}"
        for p in modules("romp_core")
        for name, line in imports(p)
        if name.split(".")[0] in BLENDER
    ]
    assert not bad


def test_addon_runs_no_networks() -> None:
    bad = [
        f"{p.name}:{line} {name}"
        for p in modules("addon")
        for name, line in imports(p)
        if name.split(".")[0] in NETWORKS
    ]
    assert not bad


def test_addon_imports_heavy_things_only_when_used() -> None:
    bad = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in modules("addon")
        for name, line in imports(path, top_level_only=True)
        if name.split(".")[0] in {"numpy", "romp_core"} and name not in LIGHT_FOR_ADDON
    ]
    assert not bad


@pytest.mark.parametrize("package", ["romp_core", "addon"])
def test_nothing_unsafe_is_called(package: str) -> None:
    bad = []
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            target = node.func
            owner = target.value.id if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) else ""
            if isinstance(target, ast.Attribute) and (owner, target.attr) in UNSAFE:
                bad.append(f"{path.name}:{node.lineno} {owner}.{target.attr}")
            for keyword in node.keywords:
                truth = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                if keyword.arg in ("shell", "allow_pickle") and truth:
                    bad.append(f"{path.name}:{node.lineno} {keyword.arg}=True")
    assert not bad


def test_importing_the_core_is_light_and_silent() -> None:
    """Settings, errors and client are what the add-on touches first: no network library, no output, no files."""
    code = (
        "import sys, romp_core.take.settings, romp_core.worker.client\n"
        "heavy = {'onnxruntime', 'cv2', 'scipy', 'torch', 'bpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
