"""Ce qu'une DRIMbox doit faire : publier, tenir à jour, servir et consulter les références d'objets d'imagerie."""
