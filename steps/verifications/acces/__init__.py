"""Vérifications des accès : comptes, synchronisation, mises à jour en masse, traces, mots de passe, RPPS, sessions."""
