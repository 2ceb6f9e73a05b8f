"""Scripts that run in an environment with hls4ml, which need not have vierbein."""
