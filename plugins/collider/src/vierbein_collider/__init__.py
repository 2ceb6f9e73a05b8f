"""Parton-shower jets seen by three detectors: sample, generator, adapters, observables, task."""
