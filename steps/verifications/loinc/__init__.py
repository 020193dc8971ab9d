"""Le catalogue d'analyses et ses codes LOINC : fichiers échangés avec le transcodeur, intégration, rapport, dates."""
