"""Enschede's international assistant: what the visitor and the staff meet."""
