"""Laws are judged by their results: a busy machine must not fail one by the clock."""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
