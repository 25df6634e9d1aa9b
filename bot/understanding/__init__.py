"""Understanding a message: language, guard, normalised entities, the Rasa client and the mode without Rasa."""
