"""The one family of errors that reach a user: a sentence that says what happened and a hint that says what to do."""


class MocapError(Exception):
    """A failure that the user can understand and act on.

    Args:
        sentence: one clear sentence, shown as it is.
        hint: what to try next; may be empty.
    """

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence if not hint else f"{sentence} {hint}")
        self.sentence = sentence
        self.hint = hint

    def __reduce__(self) -> tuple[type["MocapError"], tuple[str, str]]:
        return type(self), (self.sentence, self.hint)


class FootageError(MocapError):
    """The source cannot be read: missing, empty, truncated, without video, unsupported."""


class ModelError(MocapError):
    """A model, its weights or the body are missing or unusable."""


class TakeError(MocapError):
    """A take cannot be read, written or used."""


class TakeInUse(TakeError):
    """A capture into this take is running."""


class EditError(TakeError):
    """A decision about a take does not fit it."""


class RetargetError(MocapError):
    """A motion cannot be put onto a rig."""


class SettingsError(MocapError):
    """A setting is outside of what makes sense."""


class Cancelled(MocapError):
    """The user stopped the job; what was captured so far is kept."""

    def __init__(self, sentence: str = "Cancelled.", hint: str = "What was captured so far is kept.") -> None:
        super().__init__(sentence, hint)
