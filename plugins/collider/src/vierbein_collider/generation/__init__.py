"""How the jets are made: Pythia, a parametrised detector, anti-kt, rounding, files."""
