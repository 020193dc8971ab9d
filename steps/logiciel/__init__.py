"""Faire agir le logiciel sous essai : contrat des actions, configuration, adaptateurs."""
