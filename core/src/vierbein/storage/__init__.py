"""Files: atomic writes, hashes, cards, the event cache, run folders."""
