"""Recherche FHIR : paramètres servis par type, valeurs comparées, exécution, pages."""
