"""Vérifications de l'Annuaire Santé : emploi de l'API, adresses MSSanté, chargements, fiches reprises, fréquence."""
