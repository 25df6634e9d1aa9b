"""What every layer may use: settings, errors, the clock, logs, masking and sentence embeddings."""
