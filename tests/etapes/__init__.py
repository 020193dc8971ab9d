"""Étapes des features et règles sur ce que le logiciel montre."""
