"""L'essai guidé : ce que le banc demande à une personne, à l'écran ou au terminal."""
