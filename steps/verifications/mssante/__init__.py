"""Vérifications MSSanté : connexions, enveloppes, courriels, conduite ; fonctions pures."""
