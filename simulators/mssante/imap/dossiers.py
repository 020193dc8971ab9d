"""Commandes sur les dossiers : SELECT, STATUS, LIST, abonnements, CREATE, DELETE, RENAME."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulators.mssante.boites import Boite, DossierInconnu, nom_canonique
from simulators.mssante.boites_dossier import Dossier, Vue
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.listes import Demande, entrees, lire_demande
from simulators.mssante.imap.reponses import liste, nom
from simulators.mssante.imap.session import SYSTEME, Non, Resultat, Session, Verbe

DOSSIERS_MAX = 1000
NOM_MAX = 255
_ETATS: dict[bytes, Callable[[Dossier], int]] = {
    b"MESSAGES": lambda d: len(d.messages),
    b"UIDNEXT": lambda d: d.uidnext,
    b"UIDVALIDITY": lambda d: d.uidvalidity,
    b"RECENT": lambda d: sum(message.recent for message in d.messages),
    b"UNSEEN": lambda d: len(d.messages) - d.compter(r"\Seen"),
    b"DELETED": lambda d: d.compter(r"\Deleted"),
    b"SIZE": lambda d: d.taille,
}


def dossier_de(boite: Boite, nom_dossier: str) -> Dossier:
    try:
        return boite.dossier(nom_dossier)
    except DossierInconnu:
        raise Non("NONEXISTENT", "Mailbox does not exist") from None


async def select(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    await _ouvrir(session, arguments, resultat, lecture_seule=False)


async def examine(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    await _ouvrir(session, arguments, resultat, lecture_seule=True)


async def _ouvrir(session: Session, arguments: Arguments, resultat: Resultat, *, lecture_seule: bool) -> None:
    arguments.espace()
    nom_dossier = session.lire_nom(arguments.astring())
    arguments.terminer()
    avait_dossier = session.vue is not None
    session.quitter()
    if avait_dossier:
        resultat.ok(b"CLOSED", "Previous mailbox is now closed")
    dossier = dossier_de(session.boite, nom_dossier)
    if session.panne == "uidvalidity_change":
        session.boite.renumeroter(dossier)
    lecture_seule = lecture_seule or dossier.lecture_seule or session.panne == "lecture_seule"
    vue = Vue(dossier, session.reveil, lecture_seule)
    session.vue = vue
    resultat.notes["dossier"] = dossier.nom
    resultat.notes["uidvalidity"] = str(dossier.uidvalidity)
    mots_cles = sorted({d for message in vue.messages for d in message.drapeaux if not d.startswith("\\")})
    resultat.ligne(b"FLAGS " + liste([*SYSTEME, *mots_cles]))
    permis = [] if vue.lecture_seule else [*SYSTEME, *mots_cles, r"\*"]
    resultat.ok(b"PERMANENTFLAGS " + liste(permis), "Permanent flags")
    resultat.ligne(b"%d EXISTS" % len(vue.messages))
    if session.rev2:
        resultat.ligne(b'LIST () "/" ' + nom(session.ecrire_nom(dossier.nom)))
    else:
        resultat.ligne(b"%d RECENT" % len(vue.recents))
        premier = next((rang for rang, m in enumerate(vue.messages, 1) if r"\Seen" not in m.drapeaux), None)
        if premier is not None:
            resultat.ok(b"UNSEEN %d" % premier, "First unseen")
    resultat.ok(b"UIDVALIDITY %d" % dossier.uidvalidity, "UIDs valid")
    resultat.ok(b"UIDNEXT %d" % dossier.uidnext, "Predicted next UID")
    resultat.code = b"READ-ONLY" if vue.lecture_seule else b"READ-WRITE"
    resultat.texte = "Mailbox opened"


async def status(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    nom_dossier = session.lire_nom(arguments.astring())
    arguments.espace()
    voulus = arguments.liste()
    arguments.terminer()
    resultat.ligne(_etat(session, dossier_de(session.boite, nom_dossier), voulus))


def _etat(session: Session, dossier: Dossier, voulus: Sequence[bytes]) -> bytes:
    if inconnus := [voulu for voulu in voulus if voulu not in _ETATS and voulu != b"APPENDLIMIT"]:
        raise Mauvaise(f"Unknown STATUS item {inconnus[0].decode()}")
    with dossier.verrou:
        valeurs = [
            b"%b %d" % (voulu, session.ajout_max if voulu == b"APPENDLIMIT" else _ETATS[voulu](dossier))
            for voulu in voulus
        ]
    return b"STATUS %b (%b)" % (nom(session.ecrire_nom(dossier.nom)), b" ".join(valeurs))


# -- liste -----------------------------------------------------------------------------------------------------


async def lister(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    _rendre_liste(session, lire_demande(arguments, session.lire_nom), resultat, b"LIST")


async def lister_abonnements(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    reference = session.lire_nom(arguments.astring())
    arguments.espace()
    motif = session.lire_nom(arguments.motif_liste())
    arguments.terminer()
    _rendre_liste(session, Demande(reference, (motif,), abonnes=True, lsub=True), resultat, b"LSUB")


def _rendre_liste(session: Session, demande: Demande, resultat: Resultat, verbe: bytes) -> None:
    with session.boite.verrou:
        for entree in entrees(session.boite, demande):
            suite = b' ("CHILDINFO" ("SUBSCRIBED"))' if entree.enfant_abonne else b""
            nom_rendu = nom(session.ecrire_nom(entree.nom)) if entree.nom else b'""'
            resultat.ligne(b'%b %b "/" %b%b' % (verbe, liste(entree.attributs), nom_rendu, suite))
            dossier = session.boite.dossiers.get(entree.nom)
            if demande.etats and dossier is not None:
                resultat.ligne(_etat(session, dossier, demande.etats))


async def abonner(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    nom_dossier = _nom_seul(session, arguments)
    session.boite.abonnements.add(dossier_de(session.boite, nom_dossier).nom)


async def desabonner(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    session.boite.abonnements.discard(_nom_seul(session, arguments))


def _nom_seul(session: Session, arguments: Arguments) -> str:
    arguments.espace()
    lu = nom_canonique(session.lire_nom(arguments.astring()))
    arguments.terminer()
    return lu


# -- création --------------------------------------------------------------------------------------------------


async def creer(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    voulu = _nom_seul(session, arguments).removesuffix("/")
    _creer(session.boite, voulu)


def _creer(boite: Boite, voulu: str) -> None:
    """Crée un dossier et ceux qui lui manquent au-dessus."""
    _verifier_nom(voulu)
    with boite.verrou:
        if voulu in boite.dossiers:
            raise Non("ALREADYEXISTS", "Mailbox already exists")
        if len(boite.dossiers) >= DOSSIERS_MAX:
            raise Non("LIMIT", "Too many mailboxes")
        niveaux = voulu.split("/")
        for fin in range(1, len(niveaux) + 1):
            if (niveau := "/".join(niveaux[:fin])) not in boite.dossiers:
                boite.creer(niveau)


def _verifier_nom(voulu: str) -> None:
    if not voulu or len(voulu) > NOM_MAX or "" in voulu.split("/") or set("*%") & set(voulu):
        raise Non("CANNOT", "Invalid mailbox name")


async def effacer(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    nom_dossier = _nom_seul(session, arguments)
    boite = session.boite
    with boite.verrou:
        dossier = dossier_de(boite, nom_dossier)
        if dossier.nom == "INBOX":
            raise Non("CANNOT", "INBOX cannot be deleted")
        if any(autre.startswith(f"{dossier.nom}/") for autre in boite.dossiers):
            raise Non("HASCHILDREN", "Mailbox has children")
        if session.vue is not None and session.vue.dossier is dossier:
            session.quitter()
        boite.effacer(dossier.nom)


async def renommer(session: Session, arguments: Arguments, resultat: Resultat) -> None:
    arguments.espace()
    ancien = nom_canonique(session.lire_nom(arguments.astring()))
    arguments.espace()
    nouveau = nom_canonique(session.lire_nom(arguments.astring())).removesuffix("/")
    arguments.terminer()
    _verifier_nom(nouveau)
    boite = session.boite
    with boite.verrou:
        dossier = dossier_de(boite, ancien)
        if nouveau in boite.dossiers:
            raise Non("ALREADYEXISTS", "Mailbox already exists")
        if nouveau.startswith(f"{dossier.nom}/") and dossier.nom != "INBOX":
            raise Non("CANNOT", "Cannot move a mailbox under itself")
        parent = nouveau.rpartition("/")[0]
        if parent and parent not in boite.dossiers:
            _creer(boite, parent)
        boite.renommer(ancien, nouveau)


VERBES: dict[bytes, Verbe] = {
    b"SELECT": Verbe(select),
    b"EXAMINE": Verbe(examine),
    b"STATUS": Verbe(status),
    b"LIST": Verbe(lister),
    b"LSUB": Verbe(lister_abonnements),
    b"SUBSCRIBE": Verbe(abonner),
    b"UNSUBSCRIBE": Verbe(desabonner),
    b"CREATE": Verbe(creer),
    b"DELETE": Verbe(effacer),
    b"RENAME": Verbe(renommer),
}
