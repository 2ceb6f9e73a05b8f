"""Neutrino-nucleus scattering: form factors, nuclei, interactions, final states. In GeV."""
