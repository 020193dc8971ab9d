"""La relève d'une boîte en IMAP : effective, sans marquer lu ce que personne n'a ouvert, sans rafale."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.dialogue import IMAP, Commande, Session, identification_refusee
from steps.verifications.registre import verification

RELEVE = Regle(
    "MSS-REL-01", "La boîte est relevée en IMAP, dans le canal TLS",
    "REM BIO, exigence MSS/CONF.06 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Relever la BAL en IMAP 4 : STARTTLS, identification, SELECT, FETCH.",
)  # fmt: skip
SANS_MARQUER = Regle(
    "MSS-REL-02", "La relève ne marque pas lus des courriels que personne n'a ouverts", "RFC 3501 § 6.4.5 (BODY.PEEK)",
    Confiance.DEDUITE, "Relever par BODY.PEEK, ou ouvrir la boîte par EXAMINE.",
)  # fmt: skip
SANS_RAFALE = Regle(
    "MSS-REL-03", "Le même FETCH n'est pas répété en rafale", "déduction du banc", Confiance.DEDUITE,
    "Garder ce qui a été relevé et attendre (IDLE, ou une période) avant de relire.",
)  # fmt: skip
COMMANDES = Regle(
    "MSS-REL-04", "Les commandes IMAP sont comprises par le serveur", "RFC 3501 § 7.1.3 (réponse BAD)",
    Confiance.DEDUITE, "Revoir la syntaxe de la commande, ou l'annoncer par la capacité qu'elle demande.",
)  # fmt: skip

_FETCH = ("FETCH", "UID FETCH")
# RFC822.SIZE et RFC822.HEADER ne marquent rien ; BODY.PEEK non plus.
_MARQUANT = re.compile(r"(?<![\w.])(?:BODY\[|BINARY\[|RFC822(?:\.TEXT)?(?![\w.]))", re.IGNORECASE)
_STORE = ("STORE", "UID STORE")
_POSE_LU = re.compile(r"(?<!-)FLAGS(?:\.SILENT)?\s+\(?[^)]*\\Seen", re.IGNORECASE)
_REPETITIONS_ADMISES = 5


@verification(RELEVE)
def releve_effective(
    sessions: Sequence[Session], adresse: str, message_id: str, montres: Sequence[str], objet: str = ""
) -> Constat:
    """Le courriel déposé est lu sur le fil, dans le canal TLS, par la boîte, et le logiciel le montre.

    `montres` : Message-ID des courriels que le logiciel affiche, ou leur objet s'il ne le donne pas.
    """
    imap = [s for s in sessions if s.protocole == IMAP]
    if not imap:
        return RELEVE.sans_objet("aucune connexion IMAP n'a été observée depuis la demande")
    ou = f"connexion IMAP {imap[-1].connexion}"
    lectures = [c for s in imap if s.bal == adresse.lower() for c in s.commandes if _lit(c)]
    if not lectures and (refusee := identification_refusee(imap)):
        return RELEVE.a_regarder(
            "l'opérateur a refusé l'identification : la boîte n'a pas été ouverte",
            recu=f"{refusee.verbe} {refusee.arguments.partition(' ')[0]} : {refusee.reponse.strip()[-120:]}",
            ou=ou,
            echanges=(refusee.numero,),
        )
    if not lectures:
        return RELEVE.enfreinte(
            "la boîte n'a pas été lue en IMAP",
            attendu="STARTTLS, identification, SELECT ou EXAMINE, FETCH",
            recu=", ".join(dict.fromkeys(c.verbe for s in imap for c in s.commandes)) or "aucune commande",
            ou=ou,
            echanges=tuple(s.numeros[0] for s in imap),
        )
    numeros = tuple(c.numero for c in lectures[:4])
    if not any(_meme(message_id, m) or (objet and m == objet) for m in montres):
        return RELEVE.enfreinte(
            "le courriel présent dans la boîte n'est pas montré après la relève",
            attendu=message_id, recu=", ".join(montres[:4]) or "aucun courriel", ou="liste des courriels du logiciel",
            echanges=numeros,
        )  # fmt: skip
    return RELEVE.respectee(recu=f"{len(lectures)} lecture(s), courriel {message_id} montré", ou=ou, echanges=numeros)


@verification(SANS_MARQUER)
def sans_marquer_lu(sessions: Sequence[Session]) -> Constat:
    """Pendant une relève sans ouverture, aucun FETCH, aucun STORE ne marque lu dans une boîte ouverte en écriture."""
    lectures = [(s, c, ecriture) for s in sessions if s.protocole == IMAP for c, ecriture in _lectures(s)]
    if not lectures:
        return SANS_MARQUER.sans_objet("aucun FETCH n'a été observé")
    fautes = [(s, c) for s, c, ecriture in lectures if ecriture and _MARQUANT.search(c.arguments)]
    fautes += [(s, c) for s in sessions for c in s.commandes if c.verbe in _STORE and _POSE_LU.search(c.arguments)]
    if fautes:
        return SANS_MARQUER.enfreinte(
            "la relève marque des courriels comme lus",
            attendu="BODY.PEEK[…], ou la boîte ouverte par EXAMINE ; \\Seen à l'ouverture seulement",
            recu=fautes[0][1].arguments[:80],
            ou=f"connexion IMAP {fautes[0][0].connexion}",
            echanges=tuple(c.numero for _, c in fautes[:4]),
        )
    return SANS_MARQUER.respectee(
        recu=f"{len(lectures)} FETCH sans marquage", ou=f"connexion IMAP {lectures[0][0].connexion}",
        echanges=(lectures[0][1].numero,),
    )  # fmt: skip


@verification(SANS_RAFALE)
def sans_rafale(sessions: Sequence[Session]) -> Constat:
    """Sur une connexion, la même lecture n'est pas demandée plus de cinq fois sans qu'un courriel soit arrivé."""
    vus: Counter[tuple[str, str]] = Counter()
    for session in (s for s in sessions if s.protocole == IMAP):
        vus.update((session.connexion, c.arguments) for c in session.commandes if c.verbe in _FETCH)
    if not vus:
        return SANS_RAFALE.sans_objet("aucun FETCH n'a été observé")
    (connexion, demande), fois = vus.most_common(1)[0]
    if fois > _REPETITIONS_ADMISES:
        return SANS_RAFALE.enfreinte(
            "la même lecture est demandée en rafale",
            attendu=f"{_REPETITIONS_ADMISES} fois au plus sur une connexion", recu=f"{fois} fois : {demande[:80]}",
            ou=f"connexion IMAP {connexion}",
        )  # fmt: skip
    return SANS_RAFALE.respectee(recu=f"au plus {fois} fois la même lecture", ou=f"connexion IMAP {connexion}")


@verification(COMMANDES)
def commandes_comprises(sessions: Sequence[Session]) -> Constat:
    """Aucune commande IMAP n'a reçu BAD ; une réponse BAD peut aussi tenir au serveur du banc : à vérifier."""
    imap = [s for s in sessions if s.protocole == IMAP and s.commandes]
    if not imap:
        return COMMANDES.sans_objet("aucune commande IMAP n'a été observée")
    fautes = [(s, c) for s in imap for c in s.commandes if c.statut == 400 and not c.echange.panne]
    if fautes:
        return COMMANDES.enfreinte(
            "commande IMAP que le serveur n'a pas comprise",
            attendu="OK ou NO", recu=f"{fautes[0][1].verbe} : {fautes[0][1].reponse.strip()[:120]}",
            ou=f"connexion IMAP {fautes[0][0].connexion}", echanges=tuple(c.numero for _, c in fautes[:4]),
        )  # fmt: skip
    total = sum(len(s.commandes) for s in imap)
    return COMMANDES.respectee(recu=f"{total} commandes comprises", ou=f"connexion IMAP {imap[0].connexion}")


def _lit(commande: Commande) -> bool:
    return commande.verbe in _FETCH and commande.reussie and commande.chiffree


def _lectures(session: Session) -> list[tuple[Commande, bool]]:
    """Les FETCH, chacun avec « la boîte est ouverte en écriture »."""
    lues, ecriture = [], True
    for commande in session.commandes:
        if commande.verbe in ("SELECT", "EXAMINE") and commande.reussie:
            ecriture = commande.verbe == "SELECT" and "READ-ONLY" not in commande.reponse.upper()
        elif commande.verbe in _FETCH:
            lues.append((commande, ecriture))
    return lues


def _meme(message_id: str, montre: str) -> bool:
    return bool(montre) and message_id.strip("<> ") == montre.strip("<> ")
