"""Colors of people: the same person has the same color in every image and view."""

COLORS = ((0.2, 0.8, 1.0), (1.0, 0.6, 0.1), (0.5, 1.0, 0.3), (1.0, 0.4, 0.7), (0.9, 0.9, 0.2))


def color_of(id: int) -> tuple[float, float, float]:
    """RGB, 0 to 1, of the person of this id."""
    return COLORS[id % len(COLORS)]
