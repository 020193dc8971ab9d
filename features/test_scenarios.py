"""Branche toutes les features Gherkin de ce dossier."""

from pytest_bdd import scenarios

scenarios(".")
