"""E(3)-equivariant messages between detector hits in space."""
