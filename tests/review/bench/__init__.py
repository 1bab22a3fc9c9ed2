"""How fast the staff pages are on a large store: `python -m tests.review.bench`."""
