"""Escale: a messaging assistant for the international mobility of young people."""

__version__ = "0.1.0"
