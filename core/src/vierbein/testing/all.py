"""The contracts of every component of a distribution, with nothing to write.

pytest --pyargs vierbein.testing.all --vierbein-plugin DIST
"""
