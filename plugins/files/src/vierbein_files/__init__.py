"""Parquet and ROOT files as datasets."""
