"""Escale: a messaging assistant for the international mobility of young people."""

import os
import zoneinfo

# Read when numpy is first imported, so set before anything can import it. One sentence embedded by several threads
# costs ten times the processor time of one thread (measured), and a worker answers several people at a time anyway.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Clocks change by decree: those of the locked `tzdata` package, as new as PostgreSQL's, and not the machine's own,
# which may be years old. An hour apart, people would be written to in their quiet hours.
zoneinfo.reset_tzpath(to=())

__version__ = "0.1.0"
