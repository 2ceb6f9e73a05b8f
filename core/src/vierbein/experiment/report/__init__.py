"""The report: JSON for programs, HTML for people."""
