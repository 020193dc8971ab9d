"""Étapes d'une plateforme qui reçoit par MSSanté : elle remet les documents en HL7 v2, et rend l'accusé du destinataire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pytest_bdd import given, then, when
from pytest_bdd.parsers import re as motif

from simulators.mssante.courriels import Envoi, emetteur_de
from simulators.mssante.courriels.composition import Transmission
from simulators.mssante.courriels.modele import BIOLOGIE, LETTRE
from simulators.socle.correspondants import CORRESPONDANTS
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes.mss_commun import attendre, boite_de_type, contexte, vus
from steps.patients import PatientEssai
from steps.verifications.hl7v2 import acquittement, echanges
from steps.verifications.hl7v2 import remises_plateforme as regles
from steps.verifications.hl7v2.echanges import MessageVu
from steps.verifications.hl7v2.entete import Profil, profil_de
from steps.verifications.mssante.avis import verifier_avis

_GENRES = {"deux documents": (BIOLOGIE, LETTRE), "une lettre": (LETTRE,)}


@dataclass(frozen=True)
class Arrive:
    """Un courriel déposé dans la boîte de la plateforme ; `depuis` : rang du journal d'avant."""

    nom: str
    patient: PatientEssai
    octets: bytes
    message_id: str
    cdas: tuple[bytes, ...]
    depuis: int


def _arrives(essai: Essai) -> dict[str, Arrive]:
    tous: dict[str, Arrive] = essai.releves.setdefault("courriels de la plateforme", {})
    return tous


@given(
    motif(
        r"un courriel « (?P<nom>[^»]+) » d'un confrère, portant (?P<quoi>deux documents|une lettre) du patient "
        r"« (?P<patient>[^»]+) », dans la boîte applicative$"
    )
)
def courriel_arrive(essai: Essai, nom: str, quoi: str, patient: str) -> None:
    """Archive IHE_XDM et PDF/A-1 joints ; l'émetteur demande un accusé à son adresse."""
    malade, rang = essai.patient(patient), len(_arrives(essai))
    emetteur = emetteur_de(CORRESPONDANTS[(3 + rang) % len(CORRESPONDANTS)].bal)
    boite = boite_de_type(essai, "APP").adresse
    envoi = Envoi(malade.reference, boite, emetteur, datetime.now(UTC), f"{essai.graine}{essai.retenu.numero}/{nom}")
    documents = [envoi.document(genre, f"/{genre.code}") for genre in _GENRES[quoi]]
    entetes: dict[str, str | None] = {"Disposition-Notification-To": emetteur.adresse}
    courriel = Transmission(envoi, documents, entetes=entetes).courriel()
    depuis = essai.journal.position()
    essai.banc.mssante.deposer(boite, courriel.octets)
    cdas = tuple(document.cda for document in documents)
    _arrives(essai)[nom] = Arrive(nom, malade, courriel.octets, courriel.message_id, cdas, depuis)


@when("la plateforme relève sa boîte applicative")
def relever(essai: Essai) -> None:
    """Elle le fait d'elle-même, ou à la demande ; rien d'autre ne lui est demandé ensuite."""
    essai.jouer("relever_boite", "biologiste_1", adresse=boite_de_type(essai, "APP").adresse)
    for arrive in _arrives(essai).values():
        for cda in arrive.cdas:
            essai.banc.hl7v2.attendre(
                lambda m, cda=cda: cda in echanges.documents_de(m.octets),  # type: ignore[misc]
                depuis=arrive.depuis,
                delai=1.0 if essai.logiciel.temoin else commun.delai(essai),
            )


def _remises(essai: Essai) -> tuple[MessageVu, ...]:
    return commun.vus(essai, min(arrive.depuis for arrive in _arrives(essai).values()))


@then("chaque document de ces courriels est remis en HL7 v2 au système destinataire, inchangé, et lui seul")
def remis(essai: Essai) -> None:
    messages = _remises(essai)
    for arrive in _arrives(essai).values():
        for rang, cda in enumerate(arrive.cdas, 1):
            essai.bilan.constater(regles.document_remis(messages, cda, f"« {arrive.nom} », document {rang}"))
    tous = [cda for arrive in _arrives(essai).values() for cda in arrive.cdas]
    essai.bilan.constater(regles.rien_d_autre(messages, tous))


@then("chaque message de remise suit le volet, et porte le patient de son document")
def volet(essai: Essai) -> None:
    """Les règles du volet ne se jouent que sur un message qui l'annonce : le REM ne le nomme pas."""
    for arrive in _arrives(essai).values():
        for cda in arrive.cdas:
            for vu in regles.porteurs_de(_remises(essai), cda)[:1]:
                essai.bilan.constater(regles.volet_de_remise(vu.octets, f"« {arrive.nom} »"))
                lu = acquittement.premier_message(vu.octets)
                if lu is not None and profil_de(lu) is Profil.LPS:
                    essai.bilan.constater(echanges.message_conforme(vu.octets))


# ------------------------------------------------------------------------------------------------------- l'accusé
_ACQUITTEMENTS = {
    "accepte": "",
    "refuse": "acquittement_erreur",
    "n'acquitte pas": "sans_acquittement",
}


@when(
    motif(
        r"le système destinataire (?P<geste>accepte|refuse|n'acquitte pas) le document du courriel « (?P<nom>[^»]+) », une "
        r"lettre du patient « (?P<patient>[^»]+) » que la plateforme relève$"
    )
)
def acquitter(essai: Essai, geste: str, nom: str, patient: str) -> None:
    """L'accusé du destinataire est l'acquittement du message de remise : AA, AE, ou rien."""
    courriel_arrive(essai, nom, "une lettre", patient)
    if panne := _ACQUITTEMENTS[geste]:
        with essai.banc.hl7v2.panne(panne, fois=None):
            relever(essai)
    else:
        relever(essai)


def _reponse(essai: Essai, arrive: Arrive) -> MessageVu | None:
    """Le premier message de remise que le destinataire a acquitté."""
    porteurs = regles.porteurs_de(_remises(essai), arrive.cdas[0])
    return next((vu for vu in porteurs if vu.acquittement), None)


@then("la plateforme rend à l'émetteur de chaque courriel ce que le destinataire en a dit, et rien avant lui")
def accuses_rendus(essai: Essai) -> None:
    """Un courriel dont le destinataire n'a rien dit reste sans accusé."""
    tous = [(arrive, _reponse(essai, arrive)) for arrive in _arrives(essai).values()]
    for arrive, reponse in tous:
        if reponse is not None:
            attendre(
                essai,
                lambda partis, arrive=arrive: bool(regles.avis_de(partis, arrive.message_id)),  # type: ignore[misc]
                arrive.depuis,
            )
    if all(reponse is None for _, reponse in tous):
        raise NonConcluant("aucun document n'a été remis : le destinataire n'a rien pu accuser")
    temoin = any(regles.avis_de(vus(essai, a.depuis), a.message_id) for a, reponse in tous if reponse is not None)
    for arrive, reponse in tous:
        quoi, partis = f"« {arrive.nom} »", vus(essai, arrive.depuis)
        if reponse is not None:
            reussi = reponse.acquittement in ("AA", "CA")
            essai.bilan.constater(regles.accuse_rendu(partis, arrive.message_id, quoi, reussi=reussi))
        avant = [vu for vu in partis if reponse is None or vu.numero < reponse.numero]
        essai.bilan.constater(regles.pas_d_accuse(avant, arrive.message_id, quoi, temoin=temoin))


@then("chacun de ces accusés a la forme qu'en attend l'émetteur d'un courriel MSSanté")
def forme(essai: Essai) -> None:
    for arrive in _arrives(essai).values():
        for vu, _ in regles.avis_de(vus(essai, arrive.depuis), arrive.message_id):
            essai.bilan.constater(verifier_avis(vu.lu, contexte(essai, vu, en_reponse_a=arrive.octets)))
            essai.bilan.joindre(f"accusé-{arrive.nom}.eml", "message", vu.octets, f"accusé de « {arrive.nom} »")
