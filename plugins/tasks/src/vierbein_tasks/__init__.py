"""What is predicted of an event, whatever the domain."""

__version__ = "0.1.0"
