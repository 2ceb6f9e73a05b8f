"""Tuners: which parameters of a base learn, and how."""
