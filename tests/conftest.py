"""Profiles of hypothesis: the same examples every time, and no time limit on busy machines.

``pytest --hypothesis-profile long`` tries many more of them.
"""

from hypothesis import settings

from tests.strategies import EVERYDAY

settings.register_profile("everyday", derandomize=True, deadline=None, max_examples=EVERYDAY)
settings.register_profile("long", settings.get_profile("everyday"), max_examples=4 * EVERYDAY)
settings.load_profile("everyday")
