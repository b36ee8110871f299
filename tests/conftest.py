"""Settings of hypothesis: the same examples every time, and no time limit on busy machines."""

from hypothesis import settings

settings.register_profile("default", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("default")
