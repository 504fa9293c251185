"""The model of docs/adding-a-model.md: it sees one person in every frame, who stands still."""
