"""The network of OmniLearned, and the door for its checkpoints."""
