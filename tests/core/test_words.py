"""The words of docs/glossary.md, and none that it rules out, in names, docstrings, messages and comments."""

import pytest

from tests.words import _in_name, _in_text, findings, rooms


@pytest.mark.parametrize("room", rooms())
def test_a_room_speaks_the_glossarys_words(room: str) -> None:
    found = findings(room)
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The picture of the next frame", ["picture"]),
        ("a body's colour and its centre", ["colour", "centre"]),
        ("the place of a pelvis", ["the place"]),
        ("what each says of its sureness; be sure, make sure", ["sureness"]),
        ("Place the camera; it takes the place of the old one, in place", []),
        ("people are told apart by their appearance", []),
        ("the stream broke off", ["broke off"]),
        ("the parameter is a keyword that looks like the other", []),
    ],
)
def test_words_are_found_in_text(text: str, found: list[str]) -> None:
    assert _in_text(text) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("numbered_picture", ["numbered", "picture"]),
        ("PictureSource", ["picture"]),
        ("place", []),
        ("place_camera", []),
        ("best_place", ["place"]),
        ("square_image", []),
        ("isCentred", ["centred"]),
        ("replace", []),
    ],
)
def test_words_are_found_in_names(name: str, found: list[str]) -> None:
    assert _in_name(name) == found
