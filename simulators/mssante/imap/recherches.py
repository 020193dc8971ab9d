"""La commande SEARCH : réponse simple, étendue (RFC 4731), résultat gardé (RFC 5182)."""

from __future__ import annotations

from simulators.mssante.boites_dossier import Message
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.messages import sur_numeros
from simulators.mssante.imap.partage import Partage
from simulators.mssante.imap.recherche import JeuInconnu, Lecteur
from simulators.mssante.imap.reponses import ensemble
from simulators.mssante.imap.session import Non, Resultat, Session, Verbe


async def search(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool) -> None:
    arguments.espace()
    vue = session.ouverte
    options = _options(arguments)
    try:
        juge = Lecteur(arguments, vue, session.gardes).lire()
    except JeuInconnu:
        if options is not None and b"SAVE" in options:
            session.gardes = set()
        raise Non("BADCHARSET (US-ASCII UTF-8)", "Charset not supported") from None
    partage = Partage()
    trouves: list[Message] = []
    rangs: list[int] = []
    for rang, message in enumerate(list(vue.messages), 1):
        if juge(rang, message):
            trouves.append(message)
            rangs.append(rang)
        await partage.rendre()
    resultat.notes["trouves"] = str(len(trouves))
    numeros = [message.uid for message in trouves] if uid else rangs
    if options is None and not session.rev2:
        resultat.ligne(b"SEARCH", *(b" %d" % numero for numero in numeros))
        return
    _esearch(session, resultat, options or {b"ALL"}, numeros, trouves, uid=uid)


def _options(arguments: Arguments) -> set[bytes] | None:
    """Options de `RETURN (…)` ; None sans RETURN."""
    if not arguments.accepter(b"RETURN "):
        return None
    options = {b"ALL"} if arguments.accepter(b"()") else set(arguments.liste())
    if options - {b"MIN", b"MAX", b"ALL", b"COUNT", b"SAVE"}:
        raise Mauvaise("Unknown SEARCH return option")
    arguments.espace()
    return options


def _esearch(
    session: Session,
    resultat: Resultat,
    options: set[bytes],
    numeros: list[int],
    trouves: list[Message],
    *,
    uid: bool,
) -> None:
    if b"SAVE" in options:
        uids = [message.uid for message in trouves]
        bornes = {b"MIN": uids[:1], b"MAX": uids[-1:]}
        choisis = [borne for nom, borne in bornes.items() if nom in options]
        reduit = bool(choisis) and not options & {b"ALL", b"COUNT"}
        session.gardes = {u for borne in choisis for u in borne} if reduit else set(uids)
        if options == {b"SAVE"}:
            return
    morceaux = [b"ESEARCH (TAG %b)" % b'"%b"' % resultat.etiquette]
    if uid:
        morceaux.append(b" UID")
    if numeros:
        morceaux += [b" MIN %d" % numeros[0]] if b"MIN" in options else []
        morceaux += [b" MAX %d" % numeros[-1]] if b"MAX" in options else []
        morceaux += [b" ALL %b" % ensemble(numeros)] if b"ALL" in options else []
    morceaux += [b" COUNT %d" % len(numeros)] if b"COUNT" in options else []
    resultat.ligne(*morceaux)


_SEARCH, _UID_SEARCH = sur_numeros(search)
VERBES: dict[bytes, Verbe] = {b"SEARCH": _SEARCH, b"UID SEARCH": _UID_SEARCH}
