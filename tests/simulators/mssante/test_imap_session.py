"""Une session sans connexion : des commandes quelconques ne lèvent rien, et ce qui est annoncé reste vrai."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.mssante.boites import BoitesMemoire
from simulators.mssante.imap.analyse import ETIQUETTE, Arguments
from simulators.mssante.imap.cadrage import Commande
from simulators.mssante.imap.execution import VERBES
from simulators.mssante.imap.session import Resultat, Session
from tests.simulators.mssante.aides_imap import ALIX, message


@dataclass(frozen=True)
class _Bal:
    adresse: str = ALIX
    quota: int = 5000


def _session() -> tuple[BoitesMemoire, Session]:
    boites = BoitesMemoire()
    boites.ouvrir(_Bal())
    for rang in range(3):
        boites.deposer(ALIX, message(f"m{rang}"))
    return boites, Session(boites.boite(ALIX), lambda: None, 1000)


def _jouer(session: Session, verbe: bytes, arguments: bytes) -> Resultat:
    resultat = Resultat(b"a")
    asyncio.run(session.executer(VERBES[verbe], Arguments(Commande((arguments,))), resultat))
    return resultat


_MOTS = st.sampled_from(
    (
        rb' ~(~)~"~"INBOX"~INBOX~Sent~Neuf~*~%~1~2~1:*~*:4~9~$~""~[~]~{3}~&AOk-~IMAP4rev2~'
        rb"FLAGS~+FLAGS~-FLAGS.SILENT~\Seen~(\Deleted)~UID~ALL~BODY[]~BODY.PEEK[1]<0.4>~ENVELOPE~BODYSTRUCTURE~"
        rb"BINARY.SIZE[1]~SUBJECT m1~NOT~OR~SEEN~SINCE 1-Jan-2020~BODY x~CHARSET UTF-8~RETURN (MIN SAVE)~"
        rb"RETURN (STATUS (MESSAGES))~(MESSAGES UNSEEN)~(SUBSCRIBED)"
    ).split(b"~")
)
_COMMANDES = st.lists(
    st.tuples(st.sampled_from(sorted(VERBES)), st.lists(_MOTS, max_size=7).map(b" ".join)), max_size=12
)


@settings(deadline=None)
@given(_COMMANDES)
def test_commandes_quelconques(commandes: list[tuple[bytes, bytes]]) -> None:
    """Chaque commande a une seule ligne finale, bien formée ; l'état reste cohérent avec la boîte."""
    boites, session = _session()
    for verbe, arguments in [(b"SELECT", b" INBOX"), *commandes]:
        resultat = _jouer(session, verbe, b" " + arguments if arguments else b"")
        finale = resultat.finale
        assert re.fullmatch(rb"(a (OK|NO|BAD)|\* BYE) (\[[^\]]+\] )?[\x20-\x7e]*\r\n", finale), finale
        assert ETIQUETTE.match(finale) or resultat.statut == "BYE"
        if resultat.fermer:
            return
        if session.vue is not None:
            _jouer(session, b"NOOP", b"")
            assert [m.uid for m in session.vue.messages] == [m.uid for m in session.vue.dossier.messages]
    assert boites.boite(ALIX).occupation == sum(
        len(m.contenu.octets) for d in boites.boite(ALIX).dossiers.values() for m in d.messages
    )


@settings(deadline=None)
@given(st.sampled_from(sorted(VERBES)), st.binary(max_size=80).filter(lambda octets: not set(octets) & set(b"\0\r\n")))
def test_arguments_quelconques(verbe: bytes, arguments: bytes) -> None:
    """Des arguments d'octets quelconques sont refusés ou exécutés, jamais ne lèvent."""
    _, session = _session()
    _jouer(session, b"SELECT", b" INBOX")
    assert _jouer(session, verbe, arguments).statut in ("OK", "NO", "BAD")


def test_toutes_les_commandes_annoncees() -> None:
    """Chaque commande d'une extension annoncée est servie."""
    assert {b"NAMESPACE", b"UNSELECT", b"MOVE", b"UID MOVE", b"UID EXPUNGE", b"ENABLE", b"GETQUOTA"} <= VERBES.keys()
