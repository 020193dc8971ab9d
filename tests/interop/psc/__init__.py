"""Le fournisseur Pro Santé Connect lancé par sa commande, utilisé par trois clients OpenID Connect d'ailleurs."""
