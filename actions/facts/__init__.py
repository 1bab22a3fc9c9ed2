"""The facts database: what the assistant knows, each fact with its source and date.

A leaf library: it knows neither Rasa nor the web. `content` holds the facts as they stand in YAML, `schema` reads and
checks them, `tables` and `load` put them into a database, `queries` looks them up, `compose` makes answers of them.
"""
