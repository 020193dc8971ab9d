"""WS_INS1 : recherche de l'INS par les données de la carte Vitale."""

from __future__ import annotations

from simulators.insi import erreurs
from simulators.insi.enveloppe import DonneesCarte, MessageInsi
from simulators.insi.erreurs import Faute
from simulators.insi.espaces import OP_CARTE
from simulators.insi.etat import EtatInsi, Issue
from simulators.insi.point import PointAcces


def handle(message: MessageInsi, etat: EtatInsi) -> Issue | Faute:
    """Il faut au moins un matricule et la date de naissance (déduction : tout est facultatif au contrat)."""
    carte = message.carte or DonneesCarte()
    if carte.individu is None and carte.ouvrant_droit is None:
        return erreurs.champ_obligatoire("MatriculeIndividu ou MatriculeOD")
    if not carte.date_naissance:
        return erreurs.champ_obligatoire("DateNaissance")
    return etat.rechercher_par_carte(carte)


POINT = PointAcces(OP_CARTE, lambda message: message.operation == OP_CARTE, handle, schema="recvit.xsd")
