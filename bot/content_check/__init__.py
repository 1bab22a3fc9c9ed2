"""Looks at all content that people write (facts, examples, questions, responses) and says what is wrong with it."""
