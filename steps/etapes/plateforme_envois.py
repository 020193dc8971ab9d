"""Étapes des courriels d'une plateforme d'intermédiation : à qui part chaque document confié, et sous quelle forme."""

from __future__ import annotations

from pytest_bdd import given, then
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.commun import preuve_du_scenario
from steps.etapes.mss_commun import attendre, vus
from steps.etapes.mss_jugement import juger_sujets
from steps.etapes.plateforme_pfi import Confie, attendre_retours, confies
from steps.verifications.hl7v2 import envois_plateforme as regles
from steps.verifications.hl7v2.retours_plateforme import meme_document
from steps.verifications.mssante.dossier_envois import boite_d_emission
from steps.verifications.mssante.dossier_lecture import CourrielVu


@given(parse("Mon espace santé du patient « {nom} » est ouvert"))
def mon_espace_sante(essai: Essai, nom: str) -> None:
    """Sa boîte d'usager reçoit : si rien n'y arrive, c'est que la plateforme n'a pas envoyé."""
    essai.banc.mssante.usagers.ouvrir(essai.patient(nom).reference.matricule_ins)


def _portants(essai: Essai, confie: Confie) -> list[CourrielVu]:
    """Les courriels qui portent le document confié, tel quel ou récrit."""
    return [vu for vu in vus(essai, confie.depuis) if any(meme_document(d.octets, confie.cda) for d in vu.documents)]


def _attendre_courriels(essai: Essai) -> None:
    """Laisse à la plateforme le temps d'envoyer : dort jusqu'au dernier courriel demandé."""
    attendre_retours(essai)
    for confie in confies(essai).values():
        voulues = {adresse.casefold() for adresse in confie.adresses}
        attendre(
            essai,
            lambda partis, voulues=voulues: voulues <= {a.casefold() for vu in partis for a in vu.destinataires},  # type: ignore[misc]
            confie.depuis,
        )


@then(
    "chaque document destiné à un professionnel ou au patient lui est parvenu par MSSanté tel quel, et à personne d'autre"
)
def parvenus(essai: Essai) -> None:
    """Les envois demandés, observés, closent la fenêtre de ceux qui ne devaient pas partir."""
    _attendre_courriels(essai)
    tous = confies(essai).values()
    temoin = any(_portants(essai, confie) for confie in tous)
    for confie in tous:
        quoi, partis = f"« {confie.nom} »", vus(essai, confie.depuis)
        for adresse in confie.adresses:
            essai.bilan.constater(regles.document_envoye(partis, confie.cda, adresse, quoi))
        essai.bilan.constater(
            regles.document_a_eux_seuls(partis, confie.cda, confie.adresses, confie.demandes, quoi, temoin=temoin)
        )


def _tous(essai: Essai) -> list[tuple[CourrielVu, Confie]]:
    """Chaque courriel qui porte un document confié, et ce document ; aucun : rien n'est à juger."""
    portants = [(vu, confie) for confie in confies(essai).values() for vu in _portants(essai, confie)]
    if not portants:
        raise NonConcluant("aucun courriel ne porte un document confié à la plateforme : rien à juger")
    return portants


@then("les courriels de la plateforme suivent les règles de transmission de documents de santé")
def transmissions(essai: Essai) -> None:
    """ECO.2.1.1 à 2.1.6, sur chaque courriel qui porte un document confié."""
    juger_sujets(essai, [(vu, confie.patient, {}) for vu, confie in _tous(essai)], "transmission")


@then("chaque courriel de la plateforme est parti d'une boîte applicative")
def applicative(essai: Essai) -> None:
    """L'enveloppe SMTP dit la boîte dont le courriel part."""
    applicatives = [bal.adresse for bal in essai.banc.mssante.etat.bals.values() if bal.type == "APP"]
    for vu, _ in _tous(essai):
        essai.bilan.constater(boite_d_emission(vu, applicatives, f"courriel « {vu.objet} »"))


@then(parse("l'archive et le PDF/A-1 du courriel de « {nom} » sont gardés pour les preuves {archive} et {pdf}"))
def garder(essai: Essai, nom: str, archive: str, pdf: str) -> None:
    """Rien n'est jugé ici : les pièces du premier courriel qui porte ce document, telles que l'opérateur les a reçues."""
    courriel = _premier(essai, nom)
    _garder_pdf(essai, nom, courriel, pdf)
    numero = preuve_du_scenario(essai, archive)
    for piece in courriel.pieces:
        if piece.nom.lower().endswith(".zip"):
            essai.bilan.joindre(piece.nom, "message", piece.octets, f"archive jointe, « {nom} »", preuve=numero)


@then(parse("le courriel de « {nom} » et son PDF/A-1 sont gardés pour les preuves {source} et {pdf}"))
def garder_source(essai: Essai, nom: str, source: str, pdf: str) -> None:
    """Rien n'est jugé ici : le courriel tel que l'opérateur l'a reçu, et le PDF qu'il joint."""
    courriel = _premier(essai, nom)
    _garder_pdf(essai, nom, courriel, pdf)
    numero = preuve_du_scenario(essai, source)
    essai.bilan.joindre(f"courriel-{nom}.eml", "message", courriel.octets, f"courriel de « {nom} »", preuve=numero)


def _premier(essai: Essai, nom: str) -> CourrielVu:
    portants = _portants(essai, confies(essai)[nom])
    if not portants:
        raise NonConcluant(f"aucun courriel ne porte « {nom} » : pas de pièce à garder")
    return portants[0]


def _garder_pdf(essai: Essai, nom: str, courriel: CourrielVu, preuve: str) -> None:
    numero = preuve_du_scenario(essai, preuve)
    for piece in courriel.pdfs:
        essai.bilan.joindre(piece.nom, "document", piece.octets, f"PDF joint, « {nom} »", preuve=numero)
