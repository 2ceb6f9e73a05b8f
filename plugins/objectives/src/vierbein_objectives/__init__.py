"""Objectives: what a backbone is pretrained on besides the task."""
