"""How fast and small the assistant is beside Rasa's default: `make bench`, `python -m tests.bench`."""
