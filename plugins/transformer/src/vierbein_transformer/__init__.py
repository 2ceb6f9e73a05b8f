"""The Particle Transformer: attention between particles, biased by their pairs' physics."""
