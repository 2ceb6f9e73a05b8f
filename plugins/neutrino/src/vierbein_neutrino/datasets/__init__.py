"""Where neutrino events come from: the generator, and the bank of signals beyond it."""
