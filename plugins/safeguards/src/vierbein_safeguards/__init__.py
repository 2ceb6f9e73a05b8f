"""Safeguards: questions that a run is asked."""

__version__ = "0.1.0"
