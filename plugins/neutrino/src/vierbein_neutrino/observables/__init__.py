"""Physics quantities of neutrino events."""
