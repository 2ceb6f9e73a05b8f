"""One abstract class a file: what a component of each kind must give."""
