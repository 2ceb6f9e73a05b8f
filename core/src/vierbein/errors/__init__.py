"""What goes wrong, in words: what was asked, what there is, what to do; one module a topic."""
