"""Essais de `python -m steps controler`."""
