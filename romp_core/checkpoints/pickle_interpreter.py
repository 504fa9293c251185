"""A pickle interpreter that can only make plain data.

It is an interpreter of its own, not a subclass of `pickle.Unpickler`: there, opcodes reach Python's machinery whatever
`find_class` returns (BUILD sets attributes and calls `__setstate__`, NEWOBJ calls `__new__`, EXT looks names up in
copyreg, a memo index of four bytes allocates gigabytes). Here an opcode does what its function below does, and the only
things that are ever called are the functions of `allowed`.

Opcodes and their arguments are described in the standard library's `pickletools`.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable
from typing import Any

from .allow_list import checked_key, lookup
from .byte_reader import ByteReader
from .limits import DAMAGED, UNTRUSTED, MemoryBudget, RejectedFile, TruncatedFile
from .placeholders import Function, InlineArray, Placeholder, Raw

_COPIED = 256
"""Longer strings stay where they are in the file."""
_UINT16, _UINT32, _UINT64, _INT32, _FLOAT64 = (struct.Struct(form) for form in ("<H", "<I", "<Q", "<i", ">d"))
_LONGEST_NUMBER = 64
_OBJECT_COST, _ENTRY_COST, _ITEM_COST = 200, 100, 8
"""Rough bytes of memory per object, per entry of a dictionary, per item of a list."""

Persistent = Callable[[Any], Any]


class PickleInterpreter(ByteReader):
    """Runs one pickle out of a buffer.

    Args:
        data: the buffer; start: where the pickle begins in it.
        budget: what it may allocate.
        persistent: makes the object of a persistent id; None where the file may have none.
        inline: whether arrays may stand between the opcodes, as joblib writes them.
    """

    def __init__(
        self,
        data: memoryview,
        budget: MemoryBudget,
        start: int = 0,
        persistent: Persistent | None = None,
        inline: bool = True,
    ) -> None:
        super().__init__(data, budget, start)
        self.persistent = persistent
        self.inline = inline
        self.stack: list[Any] = []
        self.outer: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        """The object, placeholders included; `position` is then behind the pickle.

        Raises:
            RejectedFile: anything that is not plain data, or the pickle is damaged or truncated.
        """
        data, end = self.data, len(self.data)
        while self.position < end:
            code = data[self.position]
            self.position += 1
            if code == _STOP:
                if len(self.stack) != 1 or self.outer:
                    raise RejectedFile(DAMAGED)
                return self.stack.pop()
            operation = _OPERATIONS.get(code)
            if operation is None:
                if code in _FORBIDDEN:
                    raise RejectedFile(_FORBIDDEN[code], UNTRUSTED)
                raise RejectedFile("is another kind of file, or is damaged.")
            operation(self)
        raise TruncatedFile

    def push(self, value: Any) -> None:
        self.budget.spend(_ITEM_COST)
        self.stack.append(value)

    def push_object(self, value: Any) -> None:
        self.budget.spend(_OBJECT_COST)
        self.stack.append(value)

    def mark(self) -> None:
        self.budget.spend(_OBJECT_COST)
        self.outer.append(self.stack)
        self.stack = []

    def pop_to_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.outer.pop()
        return items

    def pop(self) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self.pop_to_mark()

    def put(self, index: int) -> None:
        if index not in self.memo:
            self.budget.spend(_ENTRY_COST)
        self.memo[index] = self.stack[-1]

    def get(self, index: int) -> None:
        self.push(self.memo[index])

    def push_text(self, content: memoryview) -> None:
        """A string of Python 3."""
        self.budget.spend(4 * len(content))
        self.push_object(str(content, "utf-8", "surrogatepass"))

    def push_raw(self, content: memoryview, text: bool) -> None:
        """Bytes, or with `text` a string of Python 2."""
        if len(content) > _COPIED:
            self.push_object(Raw(content, text))
        else:
            self.push_object(str(content, "latin-1") if text else bytes(content))

    def push_quoted(self) -> None:
        """A string of Python 2 in quotes and with escapes."""
        line = self.line()
        if len(line) < 2 or line[:1] not in (b"'", b'"') or line[-1:] != line[:1]:
            raise RejectedFile(DAMAGED)
        content, _ = codecs.escape_decode(line[1:-1])
        self.push_raw(memoryview(content), True)

    def push_int(self) -> None:
        """A number in decimals; 00 and 01 are the booleans of protocol 0."""
        text = self.short_line()
        self.push({"00": False, "01": True}[text] if text in ("00", "01") else _whole(text))

    def push_long(self, count: int) -> None:
        if not 0 <= count <= _LONGEST_NUMBER:
            raise RejectedFile(DAMAGED)
        self.push_object(int.from_bytes(self.take(count), "little", signed=True))

    def push_tuple(self, count: int) -> None:
        if len(self.stack) < count:
            raise RejectedFile(DAMAGED)
        items = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        self.push_object(items)

    def extend(self, items: list[Any]) -> None:
        self.budget.spend(_ITEM_COST * len(items))
        self._top(list).extend(items)

    def update(self, items: list[Any]) -> None:
        if len(items) % 2:
            raise RejectedFile(DAMAGED)
        self.budget.spend(_ENTRY_COST * len(items))
        target = self._top(dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[checked_key(key)] = value

    def add(self, items: list[Any]) -> None:
        self.budget.spend(_ENTRY_COST * len(items))
        self._top(set).update(checked_key(item) for item in items)

    def push_dict(self, items: list[Any]) -> None:
        self.push_object({})
        self.update(items)

    def push_set(self, items: list[Any]) -> None:
        self.push_object(set())
        self.add(items)

    def name(self, module: Any, name: Any) -> None:
        self.push(lookup(module, name))

    def call(self) -> None:
        """REDUCE and NEWOBJ: a function of the allow-list on a tuple of arguments."""
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Function) or not isinstance(arguments, tuple):
            raise RejectedFile("is not safe to open: it tries to call a function.", UNTRUSTED)
        sized = (argument for argument in arguments if isinstance(argument, str | bytes | list | tuple | Raw))
        self.budget.spend(sum(len(a.view) if isinstance(a, Raw) else _ITEM_COST * len(a) for a in sized))
        self.push_object(function.call(*arguments))

    def build(self) -> None:
        """BUILD: only placeholders take a state; what an OrderedDict of torch has as attributes is dropped."""
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, InlineArray):
            target.build(state)
            target.content = self._inline_content(target)
        elif isinstance(target, Placeholder):
            target.build(state)
        elif not isinstance(target, dict) or not isinstance(state, dict):
            raise RejectedFile("is not safe to open: it tries to modify an object.", UNTRUSTED)

    def persist(self) -> None:
        if self.persistent is None:
            raise RejectedFile("refers to something outside of it.", UNTRUSTED)
        self.push_object(self.persistent(self.stack.pop()))

    def _inline_content(self, array: InlineArray) -> Any:
        """What follows an array of joblib: its elements behind some padding, or for objects a pickle of its own."""
        if not self.inline:
            raise RejectedFile(DAMAGED, UNTRUSTED)
        if array.objects:
            inner = PickleInterpreter(self.data, self.budget, self.position, inline=False)
            content = inner.run()
            self.position = inner.position
            return content
        if array.padded:
            self.take(self.byte())
        return self.take(array.size)

    def _top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise RejectedFile(DAMAGED)
        return self.stack[-1]


def _whole(text: str) -> int:
    if len(text) > 2 * _LONGEST_NUMBER:
        raise RejectedFile(DAMAGED)
    return int(text)


_STOP = ord(".")
_FORBIDDEN = {
    **dict.fromkeys(b"io\x92", "is not safe to open: it tries to create an object."),
    **dict.fromkeys(b"\x82\x83\x84", "is not safe to open: it uses names by number."),
    **dict.fromkeys(b"P\x97\x98", "refers to something outside of it."),
}
"""INST, OBJ, NEWOBJ_EX; EXT1, EXT2, EXT4; PERSID, NEXT_BUFFER, READONLY_BUFFER."""
_BY_CHAR: dict[str, Callable[[PickleInterpreter], Any]] = {
    # protocol and frames
    "\x80": lambda m: m.take(1),
    "\x95": lambda m: m.take(8),
    # stack and memo
    "(": PickleInterpreter.mark,
    "0": PickleInterpreter.pop,
    "1": PickleInterpreter.pop_to_mark,
    "2": lambda m: m.push(m.stack[-1]),
    "p": lambda m: m.put(_whole(m.short_line())),
    "q": lambda m: m.put(m.byte()),
    "r": lambda m: m.put(m.number(_UINT32)),
    "\x94": lambda m: m.put(len(m.memo)),
    "g": lambda m: m.get(_whole(m.short_line())),
    "h": lambda m: m.get(m.byte()),
    "j": lambda m: m.get(m.number(_UINT32)),
    # constants and numbers
    "N": lambda m: m.push(None),
    "\x88": lambda m: m.push(True),
    "\x89": lambda m: m.push(False),
    "I": PickleInterpreter.push_int,
    "J": lambda m: m.push_object(m.number(_INT32)),
    "K": lambda m: m.push(m.byte()),
    "M": lambda m: m.push_object(m.number(_UINT16)),
    "L": lambda m: m.push_object(_whole(m.short_line().removesuffix("L"))),
    "\x8a": lambda m: m.push_long(m.byte()),
    "\x8b": lambda m: m.push_long(m.number(_INT32)),
    "F": lambda m: m.push_object(float(m.short_line())),
    "G": lambda m: m.push_object(m.number(_FLOAT64)),
    # strings of Python 2, text, bytes
    "S": PickleInterpreter.push_quoted,
    "T": lambda m: m.push_raw(m.take(m.number(_UINT32)), True),
    "U": lambda m: m.push_raw(m.take(m.byte()), True),
    "V": lambda m: m.push_object(m.line().decode("raw-unicode-escape")),
    "X": lambda m: m.push_text(m.take(m.number(_UINT32))),
    "\x8c": lambda m: m.push_text(m.take(m.byte())),
    "\x8d": lambda m: m.push_text(m.take(m.number(_UINT64))),
    "B": lambda m: m.push_raw(m.take(m.number(_UINT32)), False),
    "C": lambda m: m.push_raw(m.take(m.byte()), False),
    "\x8e": lambda m: m.push_raw(m.take(m.number(_UINT64)), False),
    "\x96": lambda m: m.push_raw(m.take(m.number(_UINT64)), False),
    # tuples, lists, dictionaries, sets
    ")": lambda m: m.push(()),
    "\x85": lambda m: m.push_tuple(1),
    "\x86": lambda m: m.push_tuple(2),
    "\x87": lambda m: m.push_tuple(3),
    "t": lambda m: m.push_object(tuple(m.pop_to_mark())),
    "]": lambda m: m.push_object([]),
    "l": lambda m: m.push_object(m.pop_to_mark()),
    "a": lambda m: m.extend([m.stack.pop()]),
    "e": lambda m: m.extend(m.pop_to_mark()),
    "}": lambda m: m.push_object({}),
    "d": lambda m: m.push_dict(m.pop_to_mark()),
    "s": lambda m: m.update([m.stack.pop(-2), m.stack.pop()]),
    "u": lambda m: m.update(m.pop_to_mark()),
    "\x8f": lambda m: m.push_object(set()),
    "\x90": lambda m: m.add(m.pop_to_mark()),
    "\x91": lambda m: m.push_set(m.pop_to_mark()),
    # names, calls, states
    "c": lambda m: m.name(m.short_line(), m.short_line()),
    "\x93": lambda m: m.name(m.stack.pop(-2), m.stack.pop()),
    "R": PickleInterpreter.call,
    "\x81": PickleInterpreter.call,
    "b": PickleInterpreter.build,
    "Q": PickleInterpreter.persist,
}
_OPERATIONS = {ord(char): operation for char, operation in _BY_CHAR.items()}
