"""The one training loop, its budget, its checkpoints; it knows no Hydra."""
