"""Every command and event survives the way through a pipe."""

import io

import numpy as np
import pytest

from romp_core.errors import SettingsError
from romp_core.storage.messages import Message, ProtocolError, read_message, write_message
from romp_core.take.edits import Edits, PersonEdit
from romp_core.take.settings import CaptureSettings, SolveSettings, from_mapping
from romp_core.worker import commands as c

CAPTURE = CaptureSettings("trace", people=2, selection="0.5,0.5", model_options={"flow_rounds": 3})
SOLVE = from_mapping(SolveSettings, {"height": 1.5, "strength": 0.3, "contacts": False})
EXAMPLES = [
    c.Capture("a.mp4", "b.npz", CAPTURE, SOLVE, "w"),
    c.DetectPeople("a.mp4", "b.png", CAPTURE, 320, "w"),
    c.Solve("a.npz", "b.npz", SOLVE, {1: 1.6, 2: None}, Edits((0.5, 2.0), {1: PersonEdit("Zo\u00eb", True)})),
    c.Solve("a.npz", "b.npz"),
    c.AddParts("a.npz", "b.npz", SOLVE, {1: 1.6}, parts="hands", footage="c.mp4"),
    c.Refine("a.npz", "b.npz", SOLVE, {1: 1.6}, people=(1, 3), footage="c.mp4", weights="w"),
    c.ImportResults("a.npz", "b.npz", {"height": 1.5, "contacts": False}, 25.0),
    c.Recover("a.npz"),
    c.Download(("BEV.pth", "ROMP.pkl"), "w", "http://127.0.0.1/x"),
    c.Verify("romp", "x.pkl", "w"),
    c.SelfTest(),
    c.Cancel(),
    c.Started("Built-in", "CPUExecutionProvider", 640, 480, 29.97, 100, "remark"),
    c.Progressed("solve", 0.5, 1.0, 0.1, 5.0),
    c.Saving(),
    c.Finished("a.npz", "Ready.", True, {"people": [{"number": 1}]}),
    c.Cancelled("a.npz"),
    c.Failed("", "It failed.", "Try again.", "log.txt"),
]


def through_a_pipe(value: c.Command | c.Event) -> tuple[c.Command | c.Event, int]:
    stream = io.BytesIO()
    write_message(stream, *c.to_message(value, 7))
    stream.seek(0)
    message = read_message(stream)
    assert message is not None
    return c.from_message(message)


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_there_and_back(value: c.Command | c.Event) -> None:
    assert through_a_pipe(value) == (value, 7)


def test_arrays_travel_as_arrays() -> None:
    event = c.Previewed(np.array([1, 2]), np.random.default_rng(0).normal(size=(2, 24, 3)).astype(np.float32))
    back, _ = through_a_pipe(event)
    assert isinstance(back, c.Previewed)
    np.testing.assert_array_equal(back.joints, event.joints)
    assert back.ids.tolist() == [1, 2]


def test_all_of_them_are_tried() -> None:
    tried = {type(example) for example in EXAMPLES} | {c.Previewed, c.Ended}
    bases = c.Command, c.Solve, c.Event, c.Ended
    assert tried == {each for base in bases for each in base.__subclasses__()}


def test_what_is_unknown_or_wrong_is_refused() -> None:
    with pytest.raises(ProtocolError, match="no message of the type"):
        c.from_message(Message({"type": "rm_rf"}))
    with pytest.raises(SettingsError, match="Height"):
        c.from_message(Message({"type": "solve", "take": "a", "out": "b", "solve": {"height": 99}}))
