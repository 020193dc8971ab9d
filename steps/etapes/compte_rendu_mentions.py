"""Étapes des textes réglés par le laboratoire : mentions RGPD, mention de validation automatique."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from requirements.modele import TypePiece
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.commun import changer_reglage
from steps.etapes.compte_rendu_commun import exporter, imprimer, saisis
from steps.etapes.documents import octets
from steps.verifications import parametrage
from steps.verifications.compte_rendu import mentions

_REGLAGES = {
    "les mentions RGPD": "mentions_rgpd",
    "la mention de validation automatique": "mention_validation_automatique",
}
_TEXTES = {
    "mentions_rgpd": (
        "Information du patient, réf. {0} : le laboratoire traite vos données de santé pour réaliser vos examens, tenir "
        "votre dossier et transmettre vos résultats. Vos droits d'accès, de rectification et d'opposition s'exercent "
        "auprès du délégué à la protection des données, bureau {1}.",
        "Vos données, vos droits ({0}). Elles ne servent qu'à votre prise en charge et sont gardées vingt ans ; pour les "
        "consulter ou les faire corriger, écrivez à la déléguée à la protection des données, dossier {1}.",
    ),
    "mention_validation_automatique": (
        "Un examen au moins a été validé par un automate, sans relecture d'un biologiste (procédure {0}-{1}).",
        "Validation sans intervention du biologiste pour tout ou partie des résultats, règle d'expertise {0}/{1}.",
    ),
}


# -------------------------------------------------------------------- régler
@when(motif(rf"l'administrateur (?:règle|change) (?P<quoi>{'|'.join(_REGLAGES)})$"))
def regler_le_texte(essai: Essai, quoi: str) -> None:
    """Un texte propre au scénario, autre à chaque fois : un texte constant ne peut pas passer."""
    parametre = _REGLAGES[quoi]
    regles = essai.releves.setdefault(f"textes {parametre}", [])
    reperes = [hashlib.sha256(f"{essai.graine}{essai.retenu.numero}/{parametre}/{len(regles)}/{n}".encode()).hexdigest()
               for n in range(2)]  # fmt: skip
    texte = _TEXTES[parametre][len(regles) % 2].format(reperes[0][:8], reperes[1][:8])
    reponse = changer_reglage(essai, parametre, texte)
    essai.bilan.exiger(parametrage.reglage_change(parametre, reponse.resultat, reponse.en_phrase()))
    relu = essai.tenter("lire_configuration", "administrateur", parametre=parametre)
    if relu.fait and "valeur" in relu.donnees:
        essai.bilan.constater(mentions.texte_garde(parametre, texte, relu.donnees["valeur"]))
    regles.append(texte)


def textes_regles(essai: Essai, parametre: str) -> list[str]:
    """Les textes réglés dans ce scénario, le dernier à la fin."""
    textes: list[str] = essai.releves.get(f"textes {parametre}", [])
    if not textes:
        raise NonConcluant(f"la feature parle de {parametre} sans l'avoir réglé")
    return textes


# -------------------------------------------------------------------- montrer
def afficher(essai: Essai, nom: str) -> str:
    """Ce que le logiciel affiche du compte rendu, relevé une fois et joint aux pièces du scénario."""
    cle = f"affichage {nom}"
    if cle not in essai.releves:
        document = essai.document(nom)
        reponse = essai.jouer("afficher_document", "biologiste_1", document_id=document.document_id)
        affichage = reponse.donnees.get("affichage")
        if not reponse.fait or not isinstance(affichage, str):
            raise NonConcluant(f"le compte rendu « {nom} » ne s'affiche pas : {reponse.en_phrase()}")
        essai.releves[cle] = affichage
        fichier = f"affichage-{document.document_id}.html"
        # Un texte relevé n'est pas la capture d'écran demandée : il aide à la faire et à la comprendre.
        essai.bilan.joindre(
            fichier, "capture", affichage.encode(), f"affichage du compte rendu « {nom} »", complement=True
        )
    affiche: str = essai.releves[cle]
    return affiche


def preuves_documents(essai: Essai) -> tuple[str, ...]:
    """Les preuves du scénario qui demandent un document, et non l'écran où un texte se règle ; dans leur ordre."""
    ecrans = {TypePiece.CAPTURE, TypePiece.VIDEO}
    return tuple(
        preuve.id
        for preuve in essai.retenu.scenario.preuves
        if TypePiece.DOCUMENT in preuve.pieces and not ecrans & set(preuve.pieces)
    )


def imprimer_preuve(essai: Essai, nom: str, rang: int | None = None) -> bytes:
    """Le PDF, joint aux preuves qui demandent un document ; `rang` : à celle-là seulement (0 : la première)."""
    preuves = preuves_documents(essai)
    return imprimer(essai, nom, preuves=preuves[rang : rang + 1] if rang is not None else preuves)


def feuille_fournie(essai: Essai, nom: str) -> bytes | None:
    """La feuille de style exportée avec le compte rendu, s'il y en a une."""
    cle = f"feuille {nom}"
    if cle not in essai.releves:
        reponse = essai.jouer("exporter_document", "biologiste_1", document_id=essai.document(nom).document_id)
        fournie = reponse.donnees.get("feuille_style_base64")
        essai.releves[cle] = octets(reponse, "feuille_style_base64") if fournie else None
    feuille: bytes | None = essai.releves[cle]
    return feuille


def avec_sa_feuille(essai: Essai, nom: str) -> tuple[bytes, bytes] | None:
    """Le CDA N3 et la feuille de style exportée avec lui, s'il y en a une."""
    feuille = feuille_fournie(essai, nom)
    return None if feuille is None else (exporter(essai, nom, "N3", complement=True), feuille)


def temoins(essai: Essai, nom: str) -> Sequence[str]:
    """Ce que toute forme de ce compte rendu montre : ses libellés d'analyses."""
    return tuple(resultat.libelle for resultat in saisis(essai, nom))


# --------------------------------------------------------------------- juger
@then(parse("le PDF du compte rendu « {nom} » dit la validation automatique"))
def automatisme_dit(essai: Essai, nom: str) -> None:
    texte = textes_regles(essai, "mention_validation_automatique")[-1]
    essai.bilan.constater(
        mentions.automatisme_dans_le_pdf(
            imprimer_preuve(essai, nom), texte, temoins(essai, nom), f"le PDF de « {nom} »"
        )
    )


@then(parse("l'affichage du compte rendu « {nom} » dit la validation automatique"))
def automatisme_affiche(essai: Essai, nom: str) -> None:
    texte, corps = textes_regles(essai, "mention_validation_automatique")[-1], temoins(essai, nom)
    essai.bilan.constater(mentions.automatisme_a_l_affichage(afficher(essai, nom), texte, corps, f"« {nom} »"))
    if (presente := avec_sa_feuille(essai, nom)) is not None:
        essai.bilan.constater(mentions.automatisme_par_la_feuille(*presente, texte, corps, f"« {nom} »"))


@then(parse("le compte rendu « {nom} », entièrement revu par un biologiste, ne dit pas de validation automatique"))
def automatisme_non_dit(essai: Essai, nom: str) -> None:
    textes = textes_regles(essai, "mention_validation_automatique")
    pdf, affichage = imprimer(essai, nom, complement=True), afficher(essai, nom)
    essai.bilan.constater(mentions.automatisme_absent(pdf, affichage, textes, temoins(essai, nom), f"« {nom} »"))
