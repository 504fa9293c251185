"""ROMP MoCap: turn a video into moving characters."""


def register() -> None:
    """Nothing yet."""


def unregister() -> None:
    """Nothing yet."""
