"""Action métier de portabilité : exporter l'historique."""

from __future__ import annotations

import base64
from datetime import date

from simulators.logiciel_temoin import portabilite
from simulators.logiciel_temoin.erreurs import Enveloppe, ParametreInvalide, Refus, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("exporter_historique")
def exporter_historique(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    if not utilisateur.administrateur:
        raise Refus("Seul un administrateur exporte l'historique.")
    nom, archive = portabilite.exporter(labo, _jour(p, "du"), _jour(p, "au"), p.textes_ou_rien("patients"))
    return fait("Historique exporté.", nom=nom, fichier_base64=base64.b64encode(archive).decode())


def _jour(p: Parametres, nom: str) -> date:
    try:
        return date.fromisoformat(p.texte(nom))
    except ValueError as erreur:
        raise ParametreInvalide(f"{nom} : date AAAA-MM-JJ attendue") from erreur
