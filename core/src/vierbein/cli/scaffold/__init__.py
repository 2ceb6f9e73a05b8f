"""What `vierbein plugins new` writes: a component of each kind, and a distribution around it."""
