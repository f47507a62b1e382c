"""The message catalogues held against each other and against the code: ``python -m portal.catalogue``."""
