"""Mesures du banc, en rapports dans une même exécution : `python -m tests.bench`.

Ce ne sont pas des essais : aucun seuil ne fait échouer qui que ce soit, la machine décide trop du résultat.
"""
