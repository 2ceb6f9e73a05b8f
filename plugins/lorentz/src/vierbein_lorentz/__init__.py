"""Backbones whose answers do not change when an event is rotated or boosted."""
