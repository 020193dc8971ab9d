"""Points d'accès de l'Annuaire Santé : API FHIR en lecture, extractions publiques."""
