"""What is installed: found from metadata alone, without importing a plugin, torch or Hydra."""
