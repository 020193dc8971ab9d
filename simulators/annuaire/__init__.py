"""Annuaire Santé simulé : API FHIR v2 et extractions publiques."""
