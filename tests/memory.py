"""How much memory a process has used at most, for tests that start one of its own."""

# Code that such a process runs first. What the system counts for it otherwise, ru_maxrss, begins
# with the memory of the process that started it, and a worker of the tests may hold gigabytes.
PEAK = """
import re
from pathlib import Path

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""
