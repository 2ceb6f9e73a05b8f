"""Components with one fault each, and their good twins."""
