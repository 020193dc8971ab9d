"""Actions métier sur le tableau de bord des services socles."""

from __future__ import annotations

import base64

from simulators.logiciel_temoin import tableau_de_bord
from simulators.logiciel_temoin.erreurs import Enveloppe, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("lire_tableau_de_bord")
def lire_tableau_de_bord(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    periode = p.choix("periode", tableau_de_bord.PERIODES)
    return fait(
        "Tableau de bord affiché.",
        **tableau_de_bord.tableau(
            labo, periode, p.texte_ou_rien("finess"), p.texte_ou_rien("rpps"), p.texte_ou_rien("type_code")
        ),
    )


@action("exporter_tableau_de_bord")
def exporter_tableau_de_bord(labo: Labo, _utilisateur: Utilisateur, _p: Parametres) -> Enveloppe:
    fichier, lignes = tableau_de_bord.extraire(labo)
    vague = "Fichier CSV des transmissions." if labo.defaut("tbb_documentation_vague") else ""
    return fait(
        "Tableau de bord extrait.",
        nom="tableau-de-bord.csv",
        fichier_base64=base64.b64encode(fichier).decode(),
        documentation=vague or tableau_de_bord.DOCUMENTATION,
        lignes=[
            {
                "document_id": ligne.document_id,
                "canal": ligne.canal,
                "reussi": ligne.reussi,
                "ins_qualifiee": ligne.ins_qualifiee,
                "date": ligne.date.isoformat(),
                "finess": ligne.finess,
                "rpps": ligne.rpps,
                "type_code": ligne.type_code,
            }
            for ligne in lignes
        ],
    )
