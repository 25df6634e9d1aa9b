"""Escale: a messaging assistant for the international mobility of young people."""

import os

# Read when numpy is first imported, so set before anything can import it. One sentence embedded by several threads
# costs ten times the processor time of one thread (measured), and a worker answers several people at a time anyway.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
