"""Students, distillation, pruning, quantisation with an exact profile."""

__version__ = "0.1.0"
