"""The messages of the languages, and the tools that keep them complete."""
