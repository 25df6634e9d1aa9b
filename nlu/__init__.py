"""The language side of Escale: what Rasa trains, loads and serves.

The application never imports this package; it speaks to it over HTTP.
"""
