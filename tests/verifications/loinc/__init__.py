"""Règles du catalogue d'analyses et de ses codes LOINC."""
