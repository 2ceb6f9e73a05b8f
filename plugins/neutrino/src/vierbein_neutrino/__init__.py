"""Muon neutrinos on nuclei for vierbein: a generator in numpy, and a bank of signals beyond it."""
