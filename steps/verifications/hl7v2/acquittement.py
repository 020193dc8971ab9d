"""Vérifications des acquittements que le logiciel rend aux messages HL7 v2 que le banc lui envoie."""

from __future__ import annotations

from collections.abc import Iterator

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2 import regles_echanges as r
from steps.verifications.hl7v2.decoupage import AuDelaDesLimites, DecoupageImpossible, MessageHl7, decouper
from steps.verifications.registre import verification

_VOLET = ("ORU", "OUL", "MDM", "ZAM")


def premier_message(octets: bytes) -> MessageHl7 | None:
    """Le premier message de ces octets ; None s'ils ne se découpent pas."""
    try:
        return decouper(octets).messages[0]
    except (DecoupageImpossible, AuDelaDesLimites):
        return None


@verification(r.RENDU, r.REFERENCE, r.ENTETE, r.RAISON, r.CADRE)
def acquittement_rendu(message: bytes, reponse: bytes, numero: int) -> list[Constat]:
    """`message` envoyé au logiciel, `reponse` reçue, cadres compris ; vide s'il n'a rien répondu.

    En mode étendu, l'acquittement applicatif qui suit celui de réception (CA) est celui qui compte.
    """
    envoye, accuse = premier_message(message), _applicatif(reponse)
    assert envoye is not None
    ou, echanges = f"réponse à {envoye.type_message}", (numero,)
    msa = accuse.premier("MSA") if accuse else None
    if accuse is None or msa is None:
        return [
            r.RENDU.enfreinte(
                "Le message n'a pas été acquitté.",
                attendu="un ACK dont MSA-1 vaut AA, AE ou AR",
                recu=reponse[:200].decode("utf-8", "replace") or "rien",
                ou=ou,
                echanges=echanges,
            )
        ]
    code = msa.valeur(1)
    constats = [
        juger(
            r.RENDU,
            code in ("AA", "AE", "AR"),
            "MSA-1 n'est pas un code du volet.",
            attendu="AA, AE ou AR",
            recu=code,
            ou=ou,
            echanges=echanges,
        ),
        juger(
            r.REFERENCE,
            msa.valeur(2) == envoye.msh.valeur(10),
            "L'acquittement désigne un autre message.",
            attendu=f"MSA-2 {envoye.msh.valeur(10)}",
            recu=f"MSA-2 {msa.valeur(2)}",
            ou=ou,
            echanges=echanges,
        ),
        _cadre(reponse, ou, echanges),
        *_entete(envoye, accuse, ou, echanges),
    ]
    if code in ("AE", "AR"):
        err = accuse.premier("ERR")
        manques = [f"ERR-{rang}" for rang in (3, 4) if err is None or not err.champ(rang)]
        constats.append(
            juger(
                r.RAISON,
                not manques,
                "L'acquittement négatif ne dit pas pourquoi.",
                attendu="ERR-3 et ERR-4",
                recu=f"vides : {', '.join(manques)}" if manques else "ERR-3, ERR-4",
                ou=ou,
                echanges=echanges,
            )
        )
    return constats


def _applicatif(reponse: bytes) -> MessageHl7 | None:
    """Le premier acquittement, sauf s'il n'accuse que la réception et qu'un autre suit."""
    if not reponse:
        return None
    try:
        accuses = decouper(reponse).messages
    except (DecoupageImpossible, AuDelaDesLimites):
        return None
    msa = accuses[0].premier("MSA")
    return accuses[1] if len(accuses) > 1 and msa is not None and msa.valeur(1) == "CA" else accuses[0]


def _cadre(reponse: bytes, ou: str, echanges: tuple[int, ...]) -> Constat:
    ferme = reponse.startswith(b"\x0b") and reponse.endswith(b"\x1c\r")
    return juger(
        r.CADRE,
        ferme,
        "Le cadre MLLP de l'acquittement n'est pas fermé.",
        attendu="0x0B … 0x1C 0x0D",
        recu=f"{reponse[:1].hex()} … {reponse[-2:].hex(' ')}",
        ou=ou,
        echanges=echanges,
    )


def _entete(envoye: MessageHl7, accuse: MessageHl7, ou: str, echanges: tuple[int, ...]) -> Iterator[Constat]:
    """D'identité, ou d'un type inconnu, un message n'est pas du volet : « ACK » seul y est admis, en toute version."""
    attendu = f"ACK^{envoye.evenement}^ACK"
    du_volet = envoye.code in _VOLET
    type_juste = accuse.type_message == attendu if du_volet else accuse.code == "ACK"
    juste = type_juste and (accuse.version == envoye.version or not du_volet)
    yield juger(
        r.ENTETE,
        juste,
        "L'en-tête de l'acquittement n'est pas celui du message.",
        attendu=f"{attendu} en {envoye.version}",
        recu=f"{accuse.type_message} en {accuse.version or 'version absente'}",
        ou=ou,
        echanges=echanges,
    )


@verification(r.ACCEPTE)
def message_accepte(code: str, quoi: str, numero: int) -> Constat:
    """Un message conforme que le banc envoie doit être pris en charge ; un refus se regarde."""
    return juger(
        r.ACCEPTE,
        code == "AA",
        f"{quoi} : le logiciel n'a pas accepté le message.",
        attendu="MSA-1 AA",
        recu=f"MSA-1 {code}" if code else "aucun acquittement",
        ou=quoi,
        echanges=(numero,),
    )


@verification(r.HONNETE)
def refus_honnete(code: str, defaut: str, numero: int, *, temoin: str) -> Constat:
    """`defaut` : ce qui manque au message ; `temoin` : le MSA-1 d'un message semblable, mais juste."""
    if temoin != "AA":
        return r.HONNETE.sans_objet("le même message, juste, n'a pas été accepté : le refus ne prouverait rien")
    return juger(
        r.HONNETE,
        code in ("AE", "AR", "CE", "CR", ""),
        f"Un message qui ne peut pas être traité est accepté : {defaut}.",
        attendu="MSA-1 AE ou AR",
        recu=f"MSA-1 {code or 'absent'}",
        ou=defaut,
        echanges=(numero,),
    )
