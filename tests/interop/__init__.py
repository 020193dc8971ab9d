"""Le banc lancé par sa commande, appelé par des clients que nous n'avons pas écrits."""
