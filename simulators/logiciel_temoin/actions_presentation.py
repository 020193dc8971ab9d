"""Action métier : afficher un document du dossier."""

from __future__ import annotations

import base64
import hashlib

from lxml import etree

from simulators.logiciel_temoin import presentation
from simulators.logiciel_temoin.actions_documents import montrer
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("afficher_document")
def afficher_document(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    utilisateur.exiger_ins()
    document = labo.base.document(p.texte("document_id"))
    try:
        affiche = presentation.afficher(labo, document, p.choix("forme", ("N3", "N1", "PDF", ""), "") or None)
    except etree.Error as erreur:
        raise Echec(f"Document impossible à afficher : {erreur}") from erreur
    document.lu = document.lu or not labo.defaut("recus_toujours_non_lus")
    feuille = None if labo.defaut("feuille_producteur_oubliee") else document.feuille
    return fait(
        "Document affiché.",
        document=montrer(labo, document),
        affichage=affiche.html,
        corps_sha256=hashlib.sha256(affiche.pdf).hexdigest() if affiche.pdf else None,
        cda_sha256=hashlib.sha256(affiche.cda).hexdigest(),
        feuille_style_sha256=hashlib.sha256(feuille).hexdigest() if feuille else None,
        **({"pdf_base64": base64.b64encode(affiche.pdf).decode()} if affiche.pdf else {}),
    )
