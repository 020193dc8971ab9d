"""L'examen d'un CDA, avec et sans le kit."""
