"""Branche toutes les features Gherkin de ce dossier, et celles des couloirs de l'utilisateur."""

from pytest_bdd import scenarios

from requirements.lieux import features_de_l_utilisateur

scenarios(".", *(str(dossier.resolve()) for dossier in features_de_l_utilisateur()))
