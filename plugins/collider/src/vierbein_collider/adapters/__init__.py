"""One adapter for each detector."""
