"""Défauts des avis : accusés d'intégration et de lecture, avis de distribution, courriels d'erreur."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.mutants.courriels.modele import A, E, R, mutant
from tests.verifications.mssante.fabrique_avis import DSN, KO, LECTURE, MDN, ORIGINE, avis_mes, dsn, ko, lecture, mdn


def _mdn(avant: str = "", apres: str = "", *, echec: bool = False, sans: int = -1) -> partial[bytes]:
    return partial(mdn, avant, apres, echec=echec, sans=sans)


AVIS = (
    mutant("accusé en multipart/mixed", "MSS-AVI-01", _mdn("multipart/report; report-type=disposition-notification",
                                                          "multipart/mixed")),
    mutant("accusé sans report-type", "MSS-AVI-01", _mdn(" report-type=disposition-notification;", "")),
    mutant("accusé sans texte", "MSS-AVI-01", _mdn(sans=0), E, "MSS-AVI-02"),
    mutant("accusé sans le message d'origine", "MSS-AVI-02", _mdn(sans=2)),
    mutant("original en en-têtes seuls", "MSS-AVI-02", _mdn("message/rfc822", "text/rfc822-headers")),
    mutant("original en base64", "MSS-AVI-02",
           _mdn("message/rfc822", "message/rfc822\r\nContent-Transfer-Encoding: base64"),
           E, "MSS-FRM-05", "MSS-FRM-06"),
    mutant("Final-Recipient absent", "MSS-AVI-03", _mdn("Final-Recipient: rfc822; ", "Autre: ")),
    mutant("Final-Recipient sans type", "MSS-AVI-03", _mdn("Final-Recipient: rfc822; ", "Final-Recipient: ")),
    mutant("Disposition absente", "MSS-AVI-03", _mdn("Disposition: auto", "Dispo: auto"), E),
    mutant("Original-Message-ID absent", "MSS-AVI-04", _mdn("Original-Message-ID", "Origine")),
    mutant("Original-Recipient absent", "MSS-AVI-04", _mdn("Original-Recipient", "Destinataire")),
    mutant("logiciel non nommé", "MSS-AVI-05", _mdn("Reporting-UA", "X-UA"), R),
    mutant("Disposition illisible", "MSS-AVI-06", _mdn("automatic-action/MDN-sent-automatically; processed", "traite")),
    mutant("action inconnue", "MSS-AVI-06", _mdn("automatic-action", "action-automatique")),
    mutant("envoi manuel d'une intégration", "MSS-AVI-06", _mdn("MDN-sent-automatically", "MDN-sent-manually")),
    mutant("ancienne forme de l'erreur", "MSS-AVI-06",
           _mdn("processed/error\r\nError: 902^patient inconnu", "processed/Error: 902^patient inconnu", echec=True)),
    mutant("échec sans champ Error", "MSS-AVI-07", _mdn("Error: 902^patient inconnu", "X: y", echec=True)),
    mutant("code d'erreur inconnu", "MSS-AVI-07", _mdn("902", "950", echec=True)),
    mutant("code de l'objet différent", "MSS-AVI-07", _mdn("Error: 902", "Error: 903", echec=True)),
    mutant("succès avec un champ Error", "MSS-AVI-07",
           _mdn("processed\r\n", "processed\r\nError: 902^patient inconnu\r\n"),
           E, "MSS-AVI-08"),
    mutant("objet d'un autre document", "MSS-AVI-08", _mdn("Subject: XDM/1.0/DDM+CR", "Subject: XDM/1.0/DDM+ORD")),
    mutant("objet sans document, original absent", "MSS-AVI-08",
           _mdn("Subject: XDM/1.0/DDM+", "Subject: Retour : ", sans=2), E, "MSS-AVI-02"),
    mutant("échec sans [KO]", "MSS-AVI-08", _mdn("[KO =?utf-8?q?Int=C3=A9gration_syst=C3=A8me_!=5D=5B902=5D?= ", "",
                                                 echec=True)),
    mutant("accusé à quelqu'un d'autre", "MSS-AVI-09", _mdn("To: crbio@", "To: accueil@")),
    mutant("accusé d'un autre message", "MSS-AVI-09", _mdn("Original-Message-ID: <", "Original-Message-ID: <x")),
    mutant("accusé non demandé", "MSS-AVI-09",
           lambda: mdn(origine=ORIGINE.replace(b"Disposition-Notification-To", b"X-Non"))),
    mutant("accusé automatique vers une autre adresse", "MSS-AVI-10",
           lambda: mdn(origine=b"Return-Path: <autre@labo.formation.mssante.fr>\r\n" + ORIGINE)),
    mutant("lecture : type inconnu", "MSS-AVI-06", partial(lecture, "; displayed", "; vu")),
    mutant("DSN sans Reporting-MTA", "MSS-AVI-11", partial(dsn, "Reporting-MTA", "MTA")),
    mutant("DSN sans destinataire", "MSS-AVI-11", partial(dsn, "\r\n\r\nFinal-Recipient", "\r\nFinal-Recipient")),
    mutant("DSN à l'action inconnue", "MSS-AVI-11", partial(dsn, "Action: failed", "Action: refused")),
    mutant("DSN au statut illisible", "MSS-AVI-11", partial(dsn, "Status: 5.1.1", "Status: 550")),
    mutant("DSN dont le statut contredit l'action", "MSS-AVI-12", partial(dsn, "Status: 5.1.1", "Status: 2.1.5")),
    mutant("DSN d'un autre report-type", "MSS-AVI-01",
           partial(dsn, "report-type=delivery-status", "report-type=disposition-notification")),
    mutant("avis de Mon espace santé sans motif connu", "MSS-AVI-13", partial(avis_mes, "Une erreur est survenue."), A),
    mutant("courriel d'erreur au code inconnu", "MSS-AVI-07", partial(ko, "902", "12")),
    mutant("courriel d'erreur sans le message d'origine", "MSS-AVI-02", partial(ko, sans=1)),
    mutant("courriel d'erreur d'un autre objet", "MSS-AVI-08", partial(ko, "XDM/1.0/DDM+CR", "XDM/1.0/DDM+ORD")),
)  # fmt: skip

_RETOUR = b"Return-Path: <crbio@labo.formation.mssante.fr>\r\n"
BONS: dict[str, Callable[[], bytes]] = {
    "MDN vers l'adresse de retour": lambda: mdn(origine=_RETOUR + ORIGINE),
    "MDN": lambda: MDN,
    "lecture": lambda: LECTURE,
    "DSN": lambda: DSN,
    "KO": lambda: KO,
}
