"""Programs of fixed-point numbers: what firmware computes, to the last bit."""
