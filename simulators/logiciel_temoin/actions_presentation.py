"""Action métier : afficher un document du dossier."""

from __future__ import annotations

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
        affichage, corps = presentation.afficher(labo, document)
    except etree.Error as erreur:
        raise Echec(f"Document impossible à afficher : {erreur}") from erreur
    feuille = None if labo.defaut("feuille_producteur_oubliee") else document.feuille
    return fait(
        "Document affiché.",
        document=montrer(labo, document),
        affichage=affichage,
        corps_sha256=corps,
        cda_sha256=hashlib.sha256(presentation.contenu(labo, document)).hexdigest(),
        feuille_style_sha256=hashlib.sha256(feuille).hexdigest() if feuille else None,
    )
