"""The data contract: schemas, jagged batches, joins by name, checks of bad input."""
