"""Avis entrants : DSN et MDN de chaque sorte, refus de Mon espace santé, échecs d'intégration.

Ils se rapportent à `original`, un courriel que le logiciel a envoyé ; à défaut, à un envoi que le banc imagine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simulators.mssante import mime
from simulators.mssante.adresse_usager import adresse_usager
from simulators.mssante.avis import (
    ACTIONS,
    MOTIFS_MES,
    ErreurMetier,
    erreur_metier,
    fabriquer_dsn,
    fabriquer_mdn,
    fabriquer_mes_non_distribue,
    textes,
)
from simulators.mssante.courriels.catalogue import matiere
from simulators.mssante.courriels.composition import Courriel, Envoi, Transmission
from simulators.mssante.courriels.documents import pro_n3
from simulators.socle.acteurs import STRUCTURE

CODES_METIER = tuple(str(code) for code in range(900, 907))
_NOTES_DSN = {
    "delivered": "le message est remis",
    "failed": "échec définitif",
    "delayed": "retard, d'autres essais suivront",
    "relayed": "transmis à un relais qui ne confirme pas",
    "expanded": "réparti sur une liste",
}
_NOTES_MDN = {
    "displayed": "message ouvert",
    "processed": "message intégré",
    "deleted": "message supprimé sans être ouvert",
    "dispatched": "message transmis ailleurs",
}


def _original(envoi: Envoi, vers: str = "") -> bytes:
    """Le courriel dont l'avis parle."""
    if envoi.original is not None:
        return envoi.original
    adresse = vers or envoi.emetteur.adresse
    imagine = pro_n3(envoi)
    entetes = {
        "From": mime.boite(STRUCTURE.nom, envoi.destinataire),
        "To": adresse,
        "Disposition-Notification-To": envoi.destinataire,
    }
    return Transmission(envoi, list(imagine.documents), entetes={**entetes, "Return-Path": None}).courriel().octets


def _courriel(octets: bytes) -> Courriel:
    entetes = mime.lire_entetes(octets)
    return Courriel(octets, mime.brute(entetes, "Message-ID"), objet=mime.valeur(entetes, "Subject"))


def _identifiant(envoi: Envoi) -> str:
    return envoi.message_id.replace("<", "<avis.")


def _dsn(action: str, envoi: Envoi, *, entier: bool = False) -> Courriel:
    octets = fabriquer_dsn(
        _original(envoi), adresse=envoi.emetteur.adresse, action=action, destinataire=envoi.destinataire,
        instant=envoi.instant, message_id=_identifiant(envoi), entier=entier,
    )  # fmt: skip
    return _courriel(octets)


def _mdn(
    envoi: Envoi, disposition: str = "processed", erreur: ErreurMetier | None = None, *, ancienne: bool = False
) -> Courriel:
    octets = fabriquer_mdn(
        _original(envoi), adresse=envoi.emetteur.adresse, destinataire=envoi.destinataire, disposition=disposition,
        erreur=erreur, ancienne_forme=ancienne, instant=envoi.instant, message_id=_identifiant(envoi),
    )  # fmt: skip
    return _courriel(octets)


def _mes(motif: str, envoi: Envoi) -> Courriel:
    adresse = adresse_usager(envoi.patient.matricule_ins)
    if motif == "invalide":
        adresse = adresse.replace(adresse[13:15], f"{(int(adresse[13:15]) % 97) + 1:02d}")
    octets = fabriquer_mes_non_distribue(
        _original(envoi, adresse), adresse=adresse, motif=motif, destinataire=envoi.destinataire, limite=25 * 2**20,
        instant=envoi.instant, message_id=_identifiant(envoi),
    )  # fmt: skip
    return _courriel(octets)


def _inscrire(nom: str, note: str, fabrique: Callable[[Envoi], Courriel], *, conforme: bool = True) -> None:
    matiere(nom, note, conforme=conforme)(fabrique)


for _action in ACTIONS:
    _inscrire(f"dsn_{_action}", f"Avis de distribution : {_NOTES_DSN[_action]}.", partial(_dsn, _action))
_inscrire(
    "dsn_failed_entier", "Avis d'échec, avec l'original entier.", lambda envoi: _dsn("failed", envoi, entier=True)
)
for _disposition, _note in _NOTES_MDN.items():
    _inscrire(f"mdn_{_disposition}", f"Accusé de lecture : {_note}.", partial(_mdn, disposition=_disposition))
for _code in CODES_METIER:
    _note = f"Échec d'intégration {_code} ({textes()['erreurs'][_code]})"
    _inscrire(f"mdn_erreur_{_code}", f"{_note}.", partial(_mdn, erreur=erreur_metier(_code)))
    _inscrire(
        f"mdn_erreur_{_code}_ancienne", f"{_note}, à la forme d'avant la version 1.1.3 du volet.",
        partial(_mdn, erreur=erreur_metier(_code), ancienne=True), conforme=False,
    )  # fmt: skip
for _motif in MOTIFS_MES:
    _inscrire(f"mes_{_motif}", f"Refus de Mon espace santé : {_motif.replace('_', ' ')}.", partial(_mes, _motif))


@matiere("mdn_inconnu", "Accusé de lecture d'un message que le logiciel n'a jamais envoyé.", conforme=False)
def mdn_inconnu(envoi: Envoi) -> Courriel:
    return _mdn(envoi.pour(original=None, graine=f"{envoi.graine}/jamais"))


@matiere("mdn_deux_parties", "Accusé de lecture sans l'original, que le volet exige.", conforme=False)
def mdn_deux_parties(envoi: Envoi) -> Courriel:
    complet = _mdn(envoi).octets
    lus = mime.lire_entetes(complet)
    rapport = mime.multipart(
        "report",
        [
            mime.texte("Votre message a été intégré."),
            mime.champs(
                "message/disposition-notification",
                [
                    ("Final-Recipient", f"rfc822; {envoi.emetteur.adresse}"),
                    ("Original-Message-ID", mime.brute(lus, "In-Reply-To")),
                    ("Disposition", "automatic-action/MDN-sent-automatically; processed"),
                ],
            ),
        ],
        " report-type=disposition-notification;",
    )
    entetes = [(nom, mime.brute(lus, nom)) for nom in ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To")]
    return _courriel(mime.courriel(entetes, rapport))


@matiere(
    "ko_integration", "Échec d'intégration annoncé par un courriel ordinaire, l'original joint (aucun accusé demandé)."
)
def ko_integration(envoi: Envoi) -> Courriel:
    original = _original(envoi)
    objet = f"[KO Intégration système !][902] {mime.valeur(mime.lire_entetes(original), 'Subject')}"
    corps = mime.texte(f"Le message n'a pas été intégré : {erreur_metier(902).libelle}.")
    return Transmission(
        envoi, corps=corps, objet=objet, parties=[mime.message_joint(original)], message_id=_identifiant(envoi)
    ).courriel()  # fmt: skip
