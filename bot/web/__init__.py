"""The web process, the only public door. Never imports Rasa: it must start in about a second."""
