"""What hostile configurations try, and whether they got through."""
