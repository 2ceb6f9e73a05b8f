"""A toy detector whose answers are known: events of two kinds, told apart by a correlation."""
