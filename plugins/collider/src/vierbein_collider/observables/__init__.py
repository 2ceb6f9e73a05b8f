"""Physics quantities of a jet."""
