"""Mutants de CDA : de bons documents, et des défauts qui n'en changent qu'une chose."""
