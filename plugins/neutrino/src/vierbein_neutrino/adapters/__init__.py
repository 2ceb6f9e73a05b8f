"""Adapters of neutrino detectors."""
