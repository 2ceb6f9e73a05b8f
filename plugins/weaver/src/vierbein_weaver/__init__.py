"""ParticleNet, the Particle Transformer of weaver-core, and the door for their checkpoints."""
