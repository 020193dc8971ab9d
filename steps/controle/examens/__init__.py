"""Un examen par type de fichier : des octets à des constats, et ce qui a été joué ou non."""
