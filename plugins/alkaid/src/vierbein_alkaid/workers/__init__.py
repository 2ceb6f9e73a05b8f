"""Scripts that run where the tool is installed, and know nothing of this framework."""
