"""Étapes des accusés d'un envoi : distribution, échec, lecture, et ce que le logiciel en montre."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.mssante import mime
from simulators.mssante.avis import MANUELLE, fabriquer_dsn, fabriquer_mdn
from simulators.socle.correspondants import CORRESPONDANTS
from steps.essai import Essai
from steps.etapes.mss_commun import boite_de, courriels_de
from steps.etapes.mss_courriels import ecrit
from steps.verifications.mssante import dossier_suivi as suivi
from steps.verifications.mssante.dossier_lecture import CourrielVu
from steps.verifications.mssante.dossier_suivi import AccuseAttendu


# --------------------------------------------------------------------- accusés
@given("des opérateurs qui n'accusent pas la distribution d'eux-mêmes")
def distribution_retenue(essai: Essai) -> None:
    """Les accusés demandés sont retenus : le scénario choisit lequel arrive, et quand."""
    essai.banc.mssante.panne("dsn_tardif", fois=None)


def _accuser_distribution(essai: Essai, vu: CourrielVu, action: str = "delivered") -> None:
    """L'opérateur du premier destinataire rend compte à qui l'a demandé, sinon au chemin de retour."""
    demande = vu.adresses("Return-Receipt-To")
    vers = demande[0] if demande else vu.expediteur
    octets = fabriquer_dsn(vu.octets, adresse=vu.destinataires[0], action=action, destinataire=vers)
    _rendre(essai, vers, octets)


def _rendre(essai: Essai, vers: str, octets: bytes) -> None:
    """Dépose l'avis là où il a été demandé ; à une adresse que l'opérateur n'a pas, il se perd, comme partout."""
    with suppress(LookupError):
        essai.banc.mssante.deposer(vers, octets)


@when(parse("l'opérateur du destinataire accuse la distribution du courriel « {nom} »"))
def distribution(essai: Essai, nom: str) -> None:
    vu = ecrit(essai, nom).vu
    assert vu is not None
    _accuser_distribution(essai, vu)


@when(parse("l'opérateur du destinataire annonce l'échec du courriel « {nom} »"))
def echec(essai: Essai, nom: str) -> None:
    vu = ecrit(essai, nom).vu
    assert vu is not None
    _accuser_distribution(essai, vu, "failed")


@when(parse("l'opérateur d'un correspondant accuse la distribution du compte rendu « {nom} »"))
def distribution_cr(essai: Essai, nom: str) -> None:
    _accuser_distribution(essai, courriels_de(essai, essai.document(nom))[-1])


@when(parse("le destinataire accuse la lecture du courriel « {nom} »"))
def lecture(essai: Essai, nom: str) -> None:
    vu = ecrit(essai, nom).vu
    assert vu is not None
    _accuser_lecture(essai, vu)


@when("un accusé de lecture arrive pour un message jamais envoyé")
def lecture_inconnue(essai: Essai) -> None:
    """Bien formé, dans la boîte du professionnel, mais l'original qu'il désigne et qu'il joint n'est d'aucun envoi."""
    bal, lecteur = boite_de(essai, "biologiste_1").adresse, CORRESPONDANTS[-1].bal
    entetes = [
        ("From", bal),
        ("To", lecteur),
        ("Subject", "Message d'un autre logiciel"),
        ("Date", mime.date(datetime.now(UTC))),
        ("Message-ID", mime.identifiant("autre-logiciel.formation.mssante.fr")),
        ("Disposition-Notification-To", bal),
    ]
    _accuser_lecture(essai, CourrielVu(mime.courriel(entetes, mime.texte("Bonjour")), bal, (lecteur,)))


def _accuser_lecture(essai: Essai, vu: CourrielVu) -> None:
    demande = vu.adresses("Disposition-Notification-To")
    vers = demande[0] if demande else vu.expediteur
    octets = fabriquer_mdn(
        vu.octets,
        adresse=vu.destinataires[0],
        destinataire=vers,
        disposition="displayed",
        mode=MANUELLE,
    )
    _rendre(essai, vers, octets)


@then(
    motif(
        r"(?P<quoi>ni réception ni lecture n'est montrée|la réception est montrée|la lecture est montrée) pour "
        r"(?P<noms>« .+? »(?:, « .+? »)*)(?P<sans>, sans lecture)?$"
    )
)
def accuses(essai: Essai, quoi: str, noms: str, sans: str | None) -> None:
    """Après relève de la boîte d'émission, ce que montre la liste des envois."""
    courriels = [ecrit(essai, nom.strip("« »")) for nom in noms.split(" », « ")]
    lu = quoi.startswith("la lecture")
    attendu = not quoi.startswith("ni")
    attendus = [AccuseAttendu(c.vu, f"« {c.nom} »", attendu, lu, c.envoi_id) for c in courriels if c.vu is not None]
    envois = _envois_montres(essai, courriels[0].bal.adresse)
    essai.bilan.constater(suivi.accuses_montres(envois, attendus))


@then(parse("la réception du compte rendu « {nom} » est montrée"))
def accuse_cr(essai: Essai, nom: str) -> None:
    vu = courriels_de(essai, essai.document(nom))[-1]
    envois = _envois_montres(essai, vu.expediteur)
    essai.bilan.constater(suivi.accuses_montres(envois, [AccuseAttendu(vu, f"compte rendu « {nom} »", True)]))


def _envois_montres(essai: Essai, adresse: str) -> list[Mapping[str, Any]]:
    essai.preparer("relever_boite", "biologiste_1", adresse=adresse)
    envois = essai.preparer("lister_envois", "biologiste_1").donnees.get("envois", [])
    return list(envois)
