"""Signals that nothing was trained on: new particles, other physics, and faults."""
