"""Staff's side of the assistant: reading conversations, judging them, and turning verdicts into a better assistant.

Web side: it never imports rasa. What a visitor said comes from Rasa's table of events, by way of `projection`.
"""
