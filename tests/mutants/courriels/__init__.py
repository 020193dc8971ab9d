"""Mutants de courriels : un défaut, le code qui le prend."""
