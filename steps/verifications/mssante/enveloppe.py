"""L'enveloppe SMTP : expéditeur, destinataires, taille annoncée, et l'acceptation par l'opérateur."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32
from email.utils import getaddresses

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.dialogue import Issue, Session, Transaction, identification_refusee
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

ACHEMINE = Regle(
    "MSS-ENV-01", "Le courriel confié au logiciel est remis à l'opérateur pour chacun de ses destinataires",
    REM_BIO.format("MSS/CONF.05"), Confiance.OFFICIELLE,
    "Envoyer par SMTP : MAIL depuis la BAL, un RCPT par destinataire, DATA, et attendre la réponse.",
)  # fmt: skip
EXPEDITEUR = Regle(
    "MSS-ENV-02", "MAIL FROM est la boîte identifiée", "déduction du banc : un opérateur refuse une autre adresse",
    Confiance.DEDUITE, "Mettre dans MAIL FROM l'adresse de la BAL qui s'est identifiée.",
)  # fmt: skip
DESTINATAIRES = Regle(
    "MSS-ENV-03", "L'enveloppe porte tous les destinataires visibles, et eux seuls, copies cachées à part",
    "déduction du banc, d'après RFC 5321 § 3.3 et RFC 5322 § 3.6.3", Confiance.DEDUITE,
    "Faire un RCPT de chaque adresse de To, Cc et Bcc.",
)  # fmt: skip
TAILLE = Regle(
    "MSS-ENV-04", "La taille annoncée par SIZE est celle du message, dans la limite de l'opérateur",
    "RFC 1870 § 5 et 6, lue par le banc comme un conseil", Confiance.DEDUITE,
    "Lire la limite SIZE de l'opérateur, annoncer SIZE= dans MAIL et ne pas transmettre au-delà.",
)  # fmt: skip

_SIZE = re.compile(r"^250[ -]SIZE(?: +(\d+))?\s*$", re.MULTILINE | re.IGNORECASE)


@verification(ACHEMINE)
def achemine(
    transactions: Sequence[Transaction], destinataires: Iterable[str], sessions: Sequence[Session] = ()
) -> Constat:
    """Chaque destinataire voulu est accepté dans une transaction menée jusqu'au 250 de DATA.

    `sessions` : les connexions d'alors ; une identification refusée ne dit rien de l'interface d'envoi elle-même.
    """
    voulus = [adresse.lower() for adresse in destinataires]
    if not transactions and (refusee := identification_refusee(sessions)):
        return ACHEMINE.a_regarder(
            "l'opérateur a refusé l'identification : le courriel n'est pas parti",
            recu=f"{refusee.verbe} {refusee.arguments.partition(' ')[0]} : {refusee.reponse.strip()[-120:]}",
            ou="identification SMTP",
            echanges=(refusee.numero,),
        )
    if not transactions:
        return ACHEMINE.sans_objet("aucun envoi SMTP n'a été observé depuis la demande")
    remis = {a.lower() for t in transactions if t.issue is Issue.ACCEPTE for a in t.acceptes}
    manquent = [adresse for adresse in voulus if adresse not in remis]
    numeros = tuple(t.derniere.numero for t in transactions)
    if manquent:
        return ACHEMINE.enfreinte(
            "le courriel n'a pas été remis à l'opérateur pour tous ses destinataires",
            attendu=", ".join(voulus),
            recu="; ".join(_resumer(t) for t in transactions[:4]),
            ou=f"connexion SMTP {transactions[0].session}",
            echanges=numeros,
        )
    return ACHEMINE.respectee(
        recu=f"{len(set(voulus))} destinataire(s), réponse {transactions[-1].statut} de l'opérateur",
        ou=f"connexion SMTP {transactions[0].session}",
        echanges=numeros,
    )


@verification(EXPEDITEUR)
def expediteur_identifie(transactions: Sequence[Transaction]) -> Constat:
    """L'adresse de MAIL FROM est celle de la boîte qui s'est identifiée sur la connexion."""
    jugeables = [t for t in transactions if t.bal]
    if not jugeables:
        return EXPEDITEUR.sans_objet("aucun envoi d'une boîte identifiée n'a été observé")
    fautes = [t for t in jugeables if t.expediteur.lower() != t.bal]
    if fautes:
        return EXPEDITEUR.enfreinte(
            "MAIL FROM n'est pas la boîte identifiée",
            attendu=fautes[0].bal,
            recu=", ".join(t.expediteur or "<>" for t in fautes[:3]),
            ou=f"connexion SMTP {fautes[0].session}",
            echanges=tuple(t.mail.numero for t in fautes),
        )
    return EXPEDITEUR.respectee(
        recu=jugeables[0].bal, ou=f"connexion SMTP {jugeables[0].session}", echanges=(jugeables[0].mail.numero,)
    )


@verification(DESTINATAIRES)
def destinataires_de_l_enveloppe(transactions: Sequence[Transaction], caches: Iterable[str] = ()) -> Constat:
    """Pour chaque courriel, les RCPT de toutes ses transactions réunies sont To + Cc + copies cachées demandées.

    Un logiciel peut envoyer le même courriel destinataire par destinataire : le Message-ID les réunit.
    """
    par_message: dict[str, list[Transaction]] = {}
    for transaction in transactions:
        if transaction.message is not None:
            cle = identifiant_du_message(transaction.message) or f"n° {transaction.derniere.numero}"
            par_message.setdefault(cle, []).append(transaction)
    if not par_message:
        return DESTINATAIRES.sans_objet("aucun message transmis n'a été observé")
    admis = {a.lower() for a in caches}
    for cle, groupe in par_message.items():
        visibles = adresses_visibles(groupe[0].message or b"")
        enveloppe = {a.lower() for t in groupe for a in t.adresses}
        manquent, imprevus = sorted(visibles - enveloppe), sorted(enveloppe - visibles - admis)
        if manquent or imprevus:
            return DESTINATAIRES.enfreinte(
                "les destinataires de l'enveloppe ne sont pas ceux du courriel",
                attendu=", ".join(sorted(visibles | admis)),
                recu=", ".join(sorted(enveloppe)),
                ou=f"courriel {cle}, connexion SMTP {groupe[0].session}",
                echanges=tuple(n for t in groupe for n in t.numeros),
            )
    premiers = next(iter(par_message.values()))
    return DESTINATAIRES.respectee(
        recu=f"{len(par_message)} courriel(s), enveloppes complètes",
        ou=f"connexion SMTP {premiers[0].session}",
        echanges=tuple(t.derniere.numero for t in premiers),
    )


@verification(TAILLE)
def taille_annoncee(sessions: Sequence[Session]) -> Constat:
    """SIZE est donné quand l'opérateur l'annonce, égal à la taille transmise, et sous la limite."""
    vues = [(s, t, limite) for s in sessions for t in s.transactions if t.message and (limite := _limite(s)) >= 0]
    if not vues:
        return TAILLE.sans_objet("aucun message transmis à un opérateur qui annonce SIZE n'a été observé")
    for session, t, limite in vues:
        taille, annonce = len(t.message or b""), t.parametres.get("SIZE", "")
        ou = f"connexion SMTP {session.connexion}"
        if limite and taille > limite:
            return TAILLE.enfreinte(
                "message transmis au-delà de la limite annoncée par l'opérateur",
                attendu=f"{limite} octets au plus", recu=f"{taille} octets", ou=ou, echanges=t.numeros,
            )  # fmt: skip
        # La taille annoncée est une estimation (RFC 1870, § 6.1) ; loin en dessous, elle trompe l'opérateur.
        if annonce.isdecimal() and int(annonce[:12]) * 10 < taille * 9:
            return TAILLE.enfreinte(
                "la taille annoncée est bien inférieure à la taille transmise",
                attendu=f"SIZE={taille}", recu=f"SIZE={annonce}", ou=ou, echanges=t.numeros,
            )  # fmt: skip
    muets = [(s, t) for s, t, _ in vues if "SIZE" not in t.parametres]
    if muets:
        session, t = muets[0]
        return TAILLE.signalee(
            "l'opérateur annonce SIZE, le client ne donne pas la taille du message dans MAIL",
            attendu="SIZE=<octets>", recu=t.mail.arguments, ou=f"connexion SMTP {session.connexion}",
            echanges=(t.mail.numero,),
        )  # fmt: skip
    return TAILLE.respectee(
        recu=f"SIZE={vues[0][1].parametres['SIZE']}",
        ou=f"connexion SMTP {vues[0][0].connexion}",
        echanges=(vues[0][1].mail.numero,),
    )


def identifiant_du_message(octets: bytes) -> str:
    """Message-ID du courriel, sans les espaces qui l'entourent ; vide s'il n'en a pas."""
    return str(message_from_bytes(_entetes(octets), policy=compat32).get("Message-ID", "")).strip()


def objet_du_message(octets: bytes) -> str:
    """Objet du courriel, décodé ; vide s'il n'en a pas."""
    brut = str(message_from_bytes(_entetes(octets), policy=compat32).get("Subject", ""))
    with contextlib.suppress(ValueError, LookupError):
        return str(make_header(decode_header(brut))).strip()
    return brut.strip()


def adresses_visibles(octets: bytes) -> set[str]:
    """Adresses de To et Cc, en minuscules."""
    message = message_from_bytes(_entetes(octets), policy=compat32)
    champs = [str(v) for nom in ("To", "Cc") for v in message.get_all(nom, [])]
    return {adresse.lower() for _, adresse in getaddresses(champs) if "@" in adresse}


def _entetes(octets: bytes) -> bytes:
    fin = re.search(rb"\r?\n\r?\n", octets)
    return octets[: fin.end()] if fin else octets


def _limite(session: Session) -> int:
    """Limite SIZE de la dernière réponse à EHLO ; 0 sans limite dite, -1 si SIZE n'est pas annoncé."""
    for commande in reversed(session.commandes):
        if commande.verbe == "EHLO" and commande.reussie:
            trouve = _SIZE.search(commande.reponse)
            return int(trouve[1] or 0) if trouve else -1
    return -1


def _resumer(t: Transaction) -> str:
    refuses = [f"{d.adresse} : {d.commande.statut or 'coupure'}" for d in t.destinataires if not d.accepte]
    return f"{t.issue} ({t.statut or 'coupure'})" + (f", {', '.join(refuses[:3])}" if refuses else "")
