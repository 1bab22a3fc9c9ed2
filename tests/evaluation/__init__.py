"""Measures the assistant: `make evaluate` writes docs/evaluation.md, its pictures and its raw numbers."""
