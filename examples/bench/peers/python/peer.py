"""One side of a comparison: answers `go` with the time of one repetition, until its input ends.

The job is the JSON in argv[1]. Replies are lines of JSON on file descriptor 3, since libraries write to stdout. Only what
stands inside `repetition` is timed; loading, compiling and talking are not.
"""

import json
import os
import resource
import sys
import time


def peak_bytes() -> int:
    """The most memory this process held at once (VmHWM; elsewhere than on Linux what getrusage says)."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


job = json.loads(sys.argv[1])
_replies = os.fdopen(3, "w")


def reply(**fields) -> None:
    _replies.write(json.dumps(fields) + "\n")
    _replies.flush()


def wait() -> bool:
    """Whether another repetition is asked for."""
    return sys.stdin.readline().strip() == "go"


def serve(repetition) -> None:
    """Tells that it is ready, then runs `repetition` as often as asked; what it returns goes along with the time."""
    reply(ready=True)
    while wait():
        start = time.perf_counter()
        told = repetition()
        reply(ms=1000 * (time.perf_counter() - start), peakBytes=peak_bytes(), **(told or {}))
