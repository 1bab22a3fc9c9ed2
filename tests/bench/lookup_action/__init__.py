"""The one action of the second baseline, for rasa-sdk's own server; it runs in the baseline's environment."""
