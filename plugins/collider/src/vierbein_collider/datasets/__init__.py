"""Where jets come from: the shipped sample, the event generator."""
