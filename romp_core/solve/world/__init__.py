"""From camera space to one level world: up direction, camera path, floor, placement."""
