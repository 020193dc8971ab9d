"""Règles sur ce que dit un compte rendu de biologie : chaque valeur saisie, retrouvée dans ses formes N3, N1 et PDF."""
