"""The parts of the pipeline named in config.yml, one class per file."""
