"""The build of each person, by what landmarks, height and the population say about it."""
