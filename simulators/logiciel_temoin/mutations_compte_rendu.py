"""Défauts de la structure du compte rendu : niveaux, sous-traitance, germes, formes affichées, feuille de style."""

from __future__ import annotations

import base64

from simulators.logiciel_temoin.mutations import Mutation

CONDUITE: dict[str, str] = {
    "n1_resultats_oublies": "Le PDF d'un compte rendu N1 ne porte que son premier résultat.",
    "n1_identifiant_du_n3": "Les formes N1 et N3 d'un compte rendu ont le même identifiant.",
}

DOCUMENTS: dict[str, Mutation] = {
    "n1_pdf_tronque": Mutation(
        "Le PDF encapsulé d'un compte rendu N1 est coupé avant sa fin.",
        "cda",
        "/ClinicalDocument[*[local-name()='code']/@code='11502-2']/component/nonXMLBody/text",
        "remplacer",
        lambda texte: base64.b64encode(base64.b64decode(texte)[:-40]).decode(),
        ("N1",),
    ),
}
