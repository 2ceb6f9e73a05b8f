"""One plugin of each kind: real and minimal, checked like all other code, and copied by `new`.

The class is called `Exemplar` and its name `exemplar`; the copy has the author's words there.
"""
