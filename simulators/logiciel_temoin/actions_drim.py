"""Actions d'une DRIMbox : examens du PACS, alertes de l'administrateur."""

from __future__ import annotations

import base64
import binascii

from simulators.logiciel_temoin import drim_conso, drim_export
from simulators.logiciel_temoin.drim_source import Source
from simulators.logiciel_temoin.erreurs import Echec, Enveloppe, ParametreInvalide, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def porte_un_document(contenu: str) -> bool:
    """Vrai pour un ORU ou un MDM ; les ADT sont des flux d'identités."""
    msh = contenu.lstrip("\x0b\r\n ").split("\r")[0].split("|")
    return len(msh) > 8 and msh[8].split("^")[0] in ("ORU", "MDM")


def recevoir_compte_rendu(labo: Labo, utilisateur: Utilisateur, contenu: str) -> list[str]:
    """Ce qu'un compte rendu reçu fait faire à la source."""
    return source(labo).recevoir_compte_rendu(utilisateur, contenu)


def source(labo: Labo) -> Source:
    """La source du produit, créée au premier besoin."""
    if labo.imagerie is None:
        labo.imagerie = Source(labo)
    return labo.imagerie


@action("recevoir_examen_imagerie")
def recevoir_examen_imagerie(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    recus, faits = source(labo), []
    try:
        fichiers = [base64.b64decode(str(fichier), validate=True) for fichier in p.liste("fichiers_base64")]
    except binascii.Error as erreur:
        raise ParametreInvalide(f"fichiers_base64 : {erreur}") from erreur
    avant = {i.etude for i in recus.pacs.images.values()}
    try:
        faits = [dit for fichier in fichiers if (dit := recus.recevoir_image(utilisateur, fichier))]
    except ValueError as erreur:
        raise Echec(f"Objet DICOM refusé : {erreur}") from erreur
    for etude in sorted(avant & set(recus.publies)):
        if dit := recus.rafraichir(utilisateur, etude):
            faits.append(dit)
    return fait(f"{len(fichiers)} objet(s) reçu(s) au PACS.", *faits)


@action("lire_alertes_imagerie")
def lire_alertes_imagerie(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    return fait(alertes=[alerte.en_dict() for alerte in source(labo).alertes])


@action("adresse_images")
def adresse_images(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    return fait(url=source(labo).servir())


@action("appel_contextuel_imagerie")
def appel_contextuel_imagerie(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    consentement = p.choix("consentement", ("oui", "non", "inconnu", "absent"))
    messages, examens = drim_conso.ouvrir(labo, utilisateur, p.objet("identite"), consentement, p.texte("ipp_local"))
    return fait(*messages, examens=examens)


@action("recuperer_images")
def recuperer_images(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    images = drim_conso.recuperer(labo, utilisateur, p.texte("unique_id"), p.texte("serie"))
    if labo.defaut("export_d_office") and labo.appel_imagerie is not None:
        drim_export.envoyer(labo, labo.appel_imagerie, images)
    return fait(images=[{"uid": image.uid, "syntaxe": image.syntaxe} for image in images])


@action("exporter_examens")
def exporter_examens(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    return fait(file=drim_export.exporter(labo, utilisateur, [str(u) for u in p.liste("unique_ids")]))
