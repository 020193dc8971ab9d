"""Mutations de `steps/verifications` : ce qu'une faute dans une vérification changerait, et si un essai le verrait."""
