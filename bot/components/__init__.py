"""Rasa graph components: the understanding of a message, in the order of config.yml."""
