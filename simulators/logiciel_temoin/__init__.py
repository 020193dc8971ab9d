"""Logiciel témoin : « Labo Témoin », un petit système de gestion de laboratoire lancé comme processus à part.

Il n'importe rien du banc et rien du banc ne l'importe : il parle aux simulateurs par des bibliothèques clientes
ordinaires, comme le ferait le produit d'un éditeur. Une seule construction conforme, et des défauts nommés.
"""
