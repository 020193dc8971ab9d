"""Les jugements : chaque appel d'une vérification, gardé avec ses arguments pour être refait hors ligne."""
