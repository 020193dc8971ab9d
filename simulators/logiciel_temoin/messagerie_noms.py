"""Objet du courriel et noms des PDF joints, tirés des CDA (ECO.2.1.3 et ECO.2.1.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from simulators.logiciel_temoin.cda_lecture import EnteteCda
from simulators.logiciel_temoin.horloge import jour_francais
from simulators.logiciel_temoin.identite import translitterer
from simulators.logiciel_temoin.labo import Labo

PREFIXE = "XDM/1.0/DDM+"
LONGUEUR_LIBELLE = 40
_INTERDITS = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')


def libelle(entete: EnteteCda, longueur: int = LONGUEUR_LIBELLE) -> str:
    """Libellé du type de document, coupé."""
    return (entete.type_document.libelle or entete.titre)[:longueur].strip()


def objet(labo: Labo, entetes: Sequence[EnteteCda]) -> str:
    """`XDM/1.0/DDM+<libellé> <NOM> <prénom> <date de naissance>` ; `N documents` s'il y en a plusieurs."""
    identite = entetes[0].identite
    longueur = 60 if labo.defaut("mss_sujet_libelle_long") else LONGUEUR_LIBELLE
    quoi = libelle(entetes[0], longueur) if len(entetes) == 1 else f"{len(entetes)} documents"
    if labo.defaut("mss_sujet_libelle_long"):
        quoi = f"{quoi} du laboratoire de biologie médicale validé ce jour"[:60]
    nom, prenom = (
        translitterer(identite["nom_naissance"] or ""),
        translitterer(identite["premier_prenom_naissance"] or ""),
    )
    if labo.defaut("mss_sujet_nom_accentue"):
        nom = nom.replace("E", "É").replace("A", "À").replace("O", "Ô").replace("I", "Î").replace("U", "Ù")
    if labo.defaut("mss_sujet_autre_patient"):
        nom, prenom = "AUTREPERSONNE", "ALEX"
    naissance = jour_francais(identite["date_naissance"] or "")
    prefixe = "" if labo.defaut("mss_sujet_sans_prefixe") else PREFIXE
    champs = (quoi, nom, "" if labo.defaut("mss_sujet_prenom_absent") else prenom, naissance)
    return prefixe + " ".join(champ for champ in champs if champ)


def nom_pdf(entete: EnteteCda, numero: str = "") -> str:
    """`<date de l'acte>_<type>_<NOM>_<prénom>[_<numéro>].pdf` ; le numéro distingue deux documents de même nom."""
    identite = entete.identite
    champs = [
        (entete.service_debut or entete.creation)[:8],
        libelle(entete),
        identite["nom_naissance"] or "",
        identite["premier_prenom_naissance"] or "",
        numero,
    ]
    return "_".join(_INTERDITS.sub("-", champ) for champ in champs if champ) + ".pdf"


def noms_pdf(entetes: Sequence[EnteteCda], numeros: Sequence[str]) -> list[str]:
    """Un nom par document, tous différents."""
    noms = [nom_pdf(entete) for entete in entetes]
    return [
        nom if noms.count(nom) == 1 else nom_pdf(entete, numero)
        for nom, entete, numero in zip(noms, entetes, numeros, strict=True)
    ]
