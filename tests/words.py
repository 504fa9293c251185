"""Finds words that the project does not use: in names of files and identifiers, in docstrings, strings and comments.

`python -m tests.words [ROOM ...]` lists them; a room is a folder such as romp_core/solve or addon (default: all).
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

ANYWHERE = r"""
    pictures? | sureness | opinions? | glimpses? | quirks? | parity | aliased | subjects? | newcomers?
    | scout(s|ed|ing)? | sight | told | said | numbered | scenery | footsight | frugal | sixd
    | colours?\w* | centre[sd]? | grey\w* | licence[sd]? | behaviours? | \w*(?<!para)metres? | neighbour\w*
    | catalogues? | favour\w* | honour\w* | fibres? | artefacts? | judgement | whilst | amongst
    | (mode|labe|trave|signa)ll(ed|ing|er)
    | \w*(al|im|ogn|rgan|phas|mar|etr|hron|tor|bil|gor|til)is(e|es|ed|er|ing|ation)\w* | analys(e|ed|ing)
"""
"""Whole words, in names as in text."""

IN_NAMES = r"ahead | heavy | figures? | cast | judged? | scans? | upright | wanted | looks | words? | places? | sure"
"""Parts of identifiers and of file names: riddles there, ordinary words in a sentence."""

IN_TEXT = r"""
    (an?|the|this|that|these|those|its|their|which|(an)?other|each|every|same|of|at|from|no|whatever|whose)\ places?
    | (their|the|of|by|whose)\ looks | (?<!make\ )(?<!makes\ )(?<!be\ )sure
    | (chosen|choice\ of|choose)\ (people|person|persons|ones)
    | (broke|broken|breaks?|breaking)\ off | goes\ on\ (there|where) | (is|are|can)\ to\ be\ had | wants\ downloaded
    | square\ (of\ )?(the\ )?picture
"""
"""Phrases in docstrings, strings and comments."""

IDIOMS = r"""
    told\ apart | lines?\ of\ sight | (take|takes|took|taking|in)\ (the|its|their)?\ ?place(\ of)? | in\ place
    | square\ image
"""
"""Cut out of text before it is searched."""

FILE_NAMES = r"""
    scout | subjects | ahead | heavy | frugal | square | sixd | upright | ground | footsight | fitting | initial | names
    | cast | judge | scan | scenery | figures | regress | looks | numbered
"""
"""Whole module names."""

EXACT_NAMES = {"square"}
"""Whole identifiers."""

ALLOWED: dict[str, set[str]] = {
    # names of 0.1.0
    "romp_core/storage/migration.py": {"subjects", "newcomers", "licence"},
    "romp_core/cli/old_names.py": {"scout", "subjects", "newcomers", "licence"},
    "addon/migration.py": {"subjects", "newcomers", "licence", "scout", "picture"},
}
"""Words by file that are not ours."""

_ANYWHERE, _IN_NAMES, _IN_TEXT, _IDIOMS, _FILE_NAMES = (
    re.compile(rf"\b({pattern})\b", re.VERBOSE | re.IGNORECASE)
    for pattern in (ANYWHERE, IN_NAMES, IN_TEXT, IDIOMS, FILE_NAMES)
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_VERBS = re.compile(r"_*(place|cast)(_\w+)?")


class Finding(NamedTuple):
    """A word, where it is, and what it is in."""

    path: str
    line: int
    word: str
    context: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word!r} in {self.context}"


def rooms() -> list[str]:
    """Folders that are looked at by themselves: those of romp_core and addon, and both without their folders."""
    found = []
    for package in ("romp_core", "addon"):
        folders = [path.name for path in (ROOT / package).iterdir() if any(path.glob("**/*.py"))]
        found += [package, *(f"{package}/{name}" for name in sorted(folders) if not name.startswith("_"))]
    return found


def files(room: str) -> list[Path]:
    """The modules of a room; those that lie loose for a whole package."""
    folder = ROOT / room
    return sorted(folder.rglob("*.py") if "/" in room else folder.glob("*.py"))


def findings(room: str) -> list[Finding]:
    """Everything in a room that is not said this way here."""
    return [each for path in files(room) for each in _in_file(path)]


def _in_file(path: Path) -> Iterator[Finding]:
    relative = path.relative_to(ROOT).as_posix()
    allowed = ALLOWED.get(relative, set())
    source = path.read_text(encoding="utf-8")
    if _FILE_NAMES.fullmatch(path.stem):
        yield Finding(relative, 1, path.stem, "the file's name")
    for name in path.relative_to(ROOT).with_suffix("").parts[1:]:
        yield from (Finding(relative, 1, word, "the file's name") for word in _in_name(name) if word not in allowed)
    tree = ast.parse(source)
    for line, name in _names(tree):
        if name in EXACT_NAMES:
            yield Finding(relative, line, name, f"the name {name}")
        for word in _in_name(name):
            if word not in allowed:
                yield Finding(relative, line, word, f"the name {name}")
    for line, text in (*_strings(tree), *_comments(source)):
        for word in _in_text(text):
            if word.lower() not in allowed:
                yield Finding(relative, line, word, f'"{" ".join(text.split())[:100]}"')


def _in_name(name: str) -> list[str]:
    if _VERBS.fullmatch(name):
        return []
    parts = [part.lower() for part in _PARTS.findall(name)]
    return [part for part in parts if _ANYWHERE.fullmatch(part) or _IN_NAMES.fullmatch(part)]


def _in_text(text: str) -> list[str]:
    text = _IDIOMS.sub(" ", " ".join(text.replace("_", " ").split()))
    return [match[0] for pattern in (_ANYWHERE, _IN_TEXT) for match in pattern.finditer(text)]


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Identifiers where they are made, not where they are used: those of others may be called anything."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.arg():
                yield node.lineno, node.arg
            case ast.alias() if node.asname:
                yield node.lineno, node.asname


def _strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def main(chosen: list[str]) -> None:
    """List what is found in these rooms, or in all, with a count of each."""
    counts = {}
    for room in chosen or rooms():
        found = findings(room)
        counts[room] = len(found)
        print(*found, sep="\n", end="\n" if found else "")
    print(*(f"{count:4} {room}" for room, count in counts.items()), sep="\n")


if __name__ == "__main__":
    main([room.rstrip("/") for room in sys.argv[1:]])
