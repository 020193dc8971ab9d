"""Relire une campagne : refaire chaque jugement machine hors ligne et comparer à ce que le dossier en dit."""
