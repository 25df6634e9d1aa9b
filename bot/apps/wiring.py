"""Builds the collaborators of each process once: engine, queue, Rasa client, embedder, tasks."""
