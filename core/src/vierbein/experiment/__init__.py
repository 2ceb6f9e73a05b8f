"""One run from configuration to verdicts: stages, comparison, report."""
