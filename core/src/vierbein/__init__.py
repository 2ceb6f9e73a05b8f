"""vierbein carries a pretrained network to another detector, and proves what that changed."""

__version__ = "0.1.0"
