"""What is predicted of a jet."""
