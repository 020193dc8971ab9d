"""Commandes sur les messages du dossier ouvert : FETCH, STORE, COPY, MOVE, EXPUNGE."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from simulators.mssante.boites import DossierInconnu, QuotaDepasse
from simulators.mssante.boites_dossier import Dossier, Message, Vue
from simulators.mssante.imap import fetch as elements_fetch
from simulators.mssante.imap.analyse import INFINI, Arguments, Intervalle, Mauvaise
from simulators.mssante.imap.partage import Partage
from simulators.mssante.imap.recherche import resoudre
from simulators.mssante.imap.reponses import couples, liste
from simulators.mssante.imap.session import (
    Non,
    Resultat,
    Session,
    Verbe,
    drapeaux_permis,
    exiger_inscriptible,
    message_a_modifier,
)

_NOTES_MAX = 50


async def vises(session: Session, arguments: Arguments, *, uid: bool) -> list[tuple[int, Message]]:
    """Messages (rang, message) désignés par un ensemble de numéros ou d'UID, ou par `$`."""
    vue = session.ouverte
    if arguments.voir() == b"$":
        arguments.ensemble()
        return [(rang, m) for rang, m in enumerate(vue.messages, 1) if m.uid in session.gardes]
    intervalles = arguments.ensemble()
    return _par_uid(vue, intervalles) if uid else _par_rang(vue, intervalles)


def _par_rang(vue: Vue, intervalles: Sequence[Intervalle]) -> list[tuple[int, Message]]:
    total = len(vue.messages)
    if any(haut != INFINI and haut > total for _, haut in intervalles) or (intervalles and not total):
        raise Mauvaise("Message number out of range")
    bornes = resoudre(list(intervalles), total)
    return [(rang, vue.messages[rang - 1]) for bas, haut in bornes for rang in range(bas, haut + 1)]


def _par_uid(vue: Vue, intervalles: Sequence[Intervalle]) -> list[tuple[int, Message]]:
    if not vue.messages:
        return []
    trouves = []
    for bas, haut in resoudre(list(intervalles), vue.messages[-1].uid):
        rang = vue.premier_rang(bas)
        while rang <= len(vue.messages) and vue.messages[rang - 1].uid <= haut:
            trouves.append((rang, vue.messages[rang - 1]))
            rang += 1
    return trouves


def _noter(resultat: Resultat, messages: Sequence[tuple[int, Message]]) -> None:
    """UID concernés, pour qui relira l'échange."""
    uids = [str(message.uid) for _, message in messages[:_NOTES_MAX]]
    resultat.notes["uids"] = " ".join(uids) + (" …" if len(messages) > _NOTES_MAX else "")


async def fetch(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool) -> None:
    arguments.espace()
    messages = await vises(session, arguments, uid=uid)
    arguments.espace()
    elements = elements_fetch.lire_elements(arguments)
    arguments.terminer()
    vue = session.ouverte
    if uid and not any(element.nom == b"UID" for element in elements):
        elements.insert(0, elements_fetch.Element(b"UID"))
    marque = any(element.lu for element in elements) and not vue.lecture_seule
    drapeaux_demandes = any(element.nom == b"FLAGS" for element in elements)
    if session.panne == "message_disparu" and messages:
        vue.dossier.retirer([messages[0][1]])
    _noter(resultat, messages)
    partage = Partage()
    for rang, message in messages:
        if session.panne and not vue.present(message):
            if not uid:
                raise Non("EXPUNGEISSUED", "Some messages were expunged")
            continue
        vus = message.drapeaux
        if marque and r"\Seen" not in vus:
            vue.dossier.marquer(message, vus | {r"\Seen"}, vue)
        voulus = elements
        if message.drapeaux != vus and not drapeaux_demandes:
            voulus = [*elements, elements_fetch.Element(b"FLAGS")]
        _rendre(session, resultat, rang, message, voulus)
        await partage.rendre()


def _rendre(
    session: Session,
    resultat: Resultat,
    rang: int,
    message: Message,
    elements: Sequence[elements_fetch.Element],
) -> None:
    morceaux: list[elements_fetch.Morceau] = [b"%d FETCH (" % rang]
    try:
        for place, element in enumerate(elements):
            if place:
                morceaux.append(b" ")
            morceaux += elements_fetch.rendre(element, message, session.drapeaux(message))
    except elements_fetch.EncodageInconnu:
        raise Non("UNKNOWN-CTE", "Cannot decode this part") from None
    resultat.ligne(*morceaux, b")")


async def store(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool) -> None:
    arguments.espace()
    messages = await vises(session, arguments, uid=uid)
    arguments.espace()
    action = arguments.mot()
    silence = action.endswith(b".SILENT")
    sens = action.removesuffix(b".SILENT")
    if sens not in (b"FLAGS", b"+FLAGS", b"-FLAGS"):
        raise Mauvaise("Expected FLAGS, +FLAGS or -FLAGS")
    arguments.espace()
    drapeaux = frozenset(drapeaux_permis(arguments.drapeaux()))
    arguments.terminer()
    vue = session.ouverte
    message_a_modifier(vue)
    _noter(resultat, messages)
    resultat.notes["drapeaux"] = f"{sens.decode()} {' '.join(sorted(drapeaux))}"
    partage = Partage()
    for rang, message in messages:
        await partage.rendre()
        if not vue.present(message):
            continue
        vue.dossier.marquer(message, _appliquer(sens, message.drapeaux, drapeaux), vue)
        if not silence:
            uid_rendu = b"UID %d " % message.uid if uid else b""
            resultat.ligne(b"%d FETCH (%bFLAGS %b)" % (rang, uid_rendu, liste(session.drapeaux(message))))


def _appliquer(sens: bytes, anciens: frozenset[str], drapeaux: frozenset[str]) -> frozenset[str]:
    if sens == b"FLAGS":
        return drapeaux
    bas = {drapeau.lower() for drapeau in drapeaux}
    sans = frozenset(drapeau for drapeau in anciens if drapeau.lower() not in bas)
    return sans | drapeaux if sens == b"+FLAGS" else sans


def destination(session: Session, arguments: Arguments) -> Dossier:
    """Dossier où copier ; son absence dit au client de le créer."""
    nom = session.lire_nom(arguments.astring())
    try:
        dossier = session.boite.dossier(nom)
    except DossierInconnu:
        raise Non("TRYCREATE", "Mailbox does not exist") from None
    exiger_inscriptible(dossier)
    return dossier


async def copy(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool) -> None:
    await _copier(session, arguments, resultat, uid=uid, deplacer=False)


async def move(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool) -> None:
    message_a_modifier(session.ouverte)
    await _copier(session, arguments, resultat, uid=uid, deplacer=True)


async def _copier(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool, deplacer: bool) -> None:
    arguments.espace()
    messages = await vises(session, arguments, uid=uid)
    arguments.espace()
    vers = destination(session, arguments)
    arguments.terminer()
    vue = session.ouverte
    _noter(resultat, messages)
    resultat.notes["vers"] = vers.nom
    choisis = [message for _, message in messages]
    if deplacer:
        uids = vue.dossier.deplacer(choisis, vers)
    else:
        if not uid and not all(map(vue.present, choisis)):
            raise Non("EXPUNGEISSUED", "Some messages were expunged")
        try:
            session.boite.exiger_place(sum(len(message.contenu.octets) for message in choisis))
        except QuotaDepasse:
            raise Non("OVERQUOTA", "Quota exceeded") from None
        uids = vue.dossier.copier(choisis, vers)
    if not uids:
        return
    code = b"COPYUID %d %b" % (vers.uidvalidity, couples(uids))
    if deplacer:
        resultat.ok(code, "Moved")
    else:
        resultat.code = code


async def expunge(session: Session, arguments: Arguments, resultat: Resultat, *, uid: bool) -> None:
    vue = session.ouverte
    choisis: Sequence[Message] = vue.messages
    if uid:
        arguments.espace()
        choisis = [message for _, message in await vises(session, arguments, uid=True)]
    arguments.terminer()
    message_a_modifier(vue)
    effaces = [message for message in choisis if r"\Deleted" in message.drapeaux]
    _noter(resultat, [(0, message) for message in effaces])
    vue.dossier.retirer(effaces)


async def close(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.terminer()
    vue = session.ouverte
    if not vue.lecture_seule:
        vue.dossier.retirer([message for message in vue.messages if r"\Deleted" in message.drapeaux])
    session.quitter()


async def unselect(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.terminer()
    session.quitter()


async def check(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.terminer()


def sur_numeros(fonction: Callable[..., Awaitable[None]]) -> tuple[Verbe, Verbe]:
    """La commande, et sa forme UID ; seule la seconde laisse bouger les rangs (RFC 3501 § 7.4.1)."""
    return (
        Verbe(partial(fonction, uid=False), dossier_ouvert=True, retraits=False),
        Verbe(partial(fonction, uid=True), dossier_ouvert=True),
    )


_FETCH, _UID_FETCH = sur_numeros(fetch)
_STORE, _UID_STORE = sur_numeros(store)
VERBES: dict[bytes, Verbe] = {
    b"FETCH": _FETCH,
    b"UID FETCH": _UID_FETCH,
    b"STORE": _STORE,
    b"UID STORE": _UID_STORE,
    **{
        prefixe + nom: Verbe(sur_numeros(fonction)[bool(prefixe)].executer, dossier_ouvert=True)
        for nom, fonction in ((b"COPY", copy), (b"MOVE", move), (b"EXPUNGE", expunge))
        for prefixe in (b"", b"UID ")
    },
    b"CLOSE": Verbe(close, dossier_ouvert=True),
    b"UNSELECT": Verbe(unselect, dossier_ouvert=True),
    b"CHECK": Verbe(check, dossier_ouvert=True),
}
