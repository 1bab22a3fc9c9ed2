"""The action server: one action a module. Nothing happens at import; Rasa's SDK finds the actions by itself."""
