"""Commandes sur la boîte : APPEND, NAMESPACE, quota, ENABLE, NOOP."""

from __future__ import annotations

from datetime import datetime

from simulators.mssante.boites import Boite, QuotaDepasse
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.contenu import Contenu
from simulators.mssante.imap.dossiers import dossier_de
from simulators.mssante.imap.messages import destination
from simulators.mssante.imap.reponses import ensemble, nom
from simulators.mssante.imap.session import Non, Resultat, Session, Verbe, drapeaux_permis


async def ajouter(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    dossier = destination(session, arguments)
    messages: list[tuple[bytes, list[str], datetime | None]] = []
    while not arguments.fini:
        arguments.espace()
        messages.append(_a_ajouter(arguments))
    if not messages:
        raise Mauvaise("Expected a message literal")
    resultat.notes["vers"] = dossier.nom
    with session.boite.verrou:
        try:
            session.boite.exiger_place(sum(len(octets) for octets, _, _ in messages))
        except QuotaDepasse:
            raise Non("OVERQUOTA", "Quota exceeded") from None
        uids = [dossier.ajouter(Contenu(o), drapeaux, date).uid for o, drapeaux, date in messages]
    resultat.code = b"APPENDUID %d %b" % (dossier.uidvalidity, ensemble(uids))
    resultat.notes["uids"] = " ".join(map(str, uids[:50]))


def _a_ajouter(arguments: Arguments) -> tuple[bytes, list[str], datetime | None]:
    drapeaux: list[str] = []
    date = None
    if arguments.voir() == b"(":
        drapeaux = drapeaux_permis(arguments.drapeaux())
        arguments.espace()
    if arguments.voir() == b'"':
        date = arguments.date_heure()
        arguments.espace()
    octets = arguments.litteral(binaire=True)
    if not octets:
        raise Non(None, "Empty message")
    return octets, drapeaux, date


# -- boîte -----------------------------------------------------------------------------------------------------


async def espaces_de_noms(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.terminer()
    resultat.ligne(b'NAMESPACE (("" "/")) NIL NIL')


async def quota(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    racine = arguments.astring()
    arguments.terminer()
    if racine != b"BAL":
        raise Non("NONEXISTENT", "No such quota root")
    resultat.ligne(_quota(session.boite))


async def racine_de_quota(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    dossier = dossier_de(session.boite, session.lire_nom(arguments.astring()))
    arguments.terminer()
    resultat.ligne(b"QUOTAROOT %b BAL" % nom(session.ecrire_nom(dossier.nom)))
    resultat.ligne(_quota(session.boite))


async def changer_quota(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    raise Non("NOPERM", "Quota is set by the operator")


def _quota(boite: Boite) -> bytes:
    """Place en unités de 1 024 octets, arrondie au-dessus."""
    return b"QUOTA BAL (STORAGE %d %d)" % (-(-boite.occupation // 1024), boite.quota // 1024)


async def rien(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.terminer()


async def activer(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    if session.vue is not None:
        raise Mauvaise("ENABLE is not allowed once a mailbox is selected")
    actives = []
    arguments.espace()
    demandees = [arguments.mot()]
    while arguments.accepter(b" "):
        demandees.append(arguments.mot())
    arguments.terminer()
    if b"IMAP4REV2" in demandees:
        session.rev2 = True
        actives.append(b" IMAP4rev2")
    resultat.ligne(b"ENABLED", *actives)


VERBES: dict[bytes, Verbe] = {
    b"APPEND": Verbe(ajouter),
    b"NAMESPACE": Verbe(espaces_de_noms),
    b"GETQUOTA": Verbe(quota),
    b"GETQUOTAROOT": Verbe(racine_de_quota),
    b"SETQUOTA": Verbe(changer_quota),
    b"ENABLE": Verbe(activer),
    b"NOOP": Verbe(rien),
}
