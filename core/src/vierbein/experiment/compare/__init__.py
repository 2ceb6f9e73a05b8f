"""The comparison: arms, statistics, verdicts."""
