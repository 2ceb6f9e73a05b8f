"""What runs inside FINN's own environment, where there is no vierbein."""
