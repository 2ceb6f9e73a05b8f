"""The point-edge transformer: edges to near particles, then attention among all of them."""

__version__ = "0.1.0"
