"""The words shown to people: one YAML catalogue per language and topic in `bot/locales/<language>/<topic>.yml`."""
