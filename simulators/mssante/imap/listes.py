"""LIST et LSUB : lecture de la demande (RFC 3501, 5258, 5819, 6154) et choix des dossiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from simulators.mssante.boites import Boite
from simulators.mssante.imap.analyse import Arguments, Mauvaise

LONGUEUR_MAX = 500
"""Caractères d'un motif regardés ; aucun nom n'est aussi long."""


@dataclass(frozen=True)
class Demande:
    """Une demande de liste, simple ou étendue."""

    reference: str
    motifs: tuple[str, ...]
    abonnes: bool = False
    """Seulement les dossiers abonnés."""
    enfants_abonnes: bool = False
    """`RECURSIVEMATCH` : aussi les dossiers dont un descendant est abonné."""
    usages: bool = False
    """Seulement les dossiers à usage particulier."""
    dire_abonnes: bool = False
    etats: tuple[bytes, ...] = ()
    lsub: bool = False


@dataclass(frozen=True)
class Entree:
    """Une ligne de la liste."""

    nom: str
    attributs: tuple[str, ...]
    enfant_abonne: bool = False


def lire_demande(arguments: Arguments, nom: Callable[[bytes], str]) -> Demande:
    """Arguments de LIST, après l'espace."""
    choix: set[bytes] = set()
    etendue = False
    if arguments.voir() == b"(":
        etendue = True
        choix = set() if arguments.accepter(b"()") else set(arguments.liste())
        if choix - {b"SUBSCRIBED", b"REMOTE", b"RECURSIVEMATCH", b"SPECIAL-USE"}:
            raise Mauvaise("Unknown LIST selection option")
        if b"RECURSIVEMATCH" in choix and not choix - {b"RECURSIVEMATCH", b"REMOTE"}:
            raise Mauvaise("RECURSIVEMATCH needs another option")
        arguments.espace()
    reference = nom(arguments.astring())
    arguments.espace()
    motifs = []
    if arguments.accepter(b"("):
        motifs.append(nom(arguments.motif_liste()))
        while arguments.accepter(b" "):
            motifs.append(nom(arguments.motif_liste()))
        arguments.exiger(b")")
    else:
        motifs.append(nom(arguments.motif_liste()))
    retours, etats = _retours(arguments)
    arguments.terminer()
    if motifs == [""] and not etendue:
        return Demande(reference, ("",))
    return Demande(
        reference,
        tuple(motifs),
        abonnes=b"SUBSCRIBED" in choix,
        enfants_abonnes=b"RECURSIVEMATCH" in choix and b"SUBSCRIBED" in choix,
        usages=b"SPECIAL-USE" in choix,
        dire_abonnes=b"SUBSCRIBED" in choix | retours,
        etats=etats,
    )


def _retours(arguments: Arguments) -> tuple[set[bytes], tuple[bytes, ...]]:
    retours: set[bytes] = set()
    etats: tuple[bytes, ...] = ()
    if arguments.fini:
        return retours, etats
    arguments.espace()
    arguments.exiger(b"RETURN ")
    arguments.exiger(b"(")
    if arguments.accepter(b")"):
        return retours, etats
    while True:
        option = arguments.mot()
        if option == b"STATUS":
            arguments.espace()
            etats = tuple(arguments.liste())
        elif option not in (b"SUBSCRIBED", b"CHILDREN", b"SPECIAL-USE"):
            raise Mauvaise("Unknown LIST return option")
        retours.add(option)
        if not arguments.accepter(b" "):
            break
    arguments.exiger(b")")
    return retours, etats


def entrees(boite: Boite, demande: Demande) -> Iterator[Entree]:
    """Dossiers qui répondent à la demande, dans l'ordre des noms ; à lire sous le verrou de la boîte."""
    if demande.motifs == ("",):
        yield Entree("", (r"\Noselect",))
        return
    motif = _Motifs(demande.reference + m for m in demande.motifs)
    candidats = set(boite.dossiers) | (boite.abonnements if demande.abonnes else set())
    for nom in sorted(candidats, key=lambda n: (n != "INBOX", n)):
        if not motif.admet(nom):
            if demande.lsub and (parent := _parent_trouve(motif, nom, boite)):
                yield Entree(parent, (r"\Noselect",))
            continue
        abonne = nom in boite.abonnements
        enfant_abonne = any(autre.startswith(f"{nom}/") for autre in boite.abonnements)
        if demande.abonnes and not abonne and not (demande.enfants_abonnes and enfant_abonne):
            continue
        dossier = boite.dossiers.get(nom)
        if demande.usages and (dossier is None or dossier.usage is None):
            continue
        attributs = [] if dossier is not None else [r"\NonExistent"]
        a_des_enfants = any(autre.startswith(f"{nom}/") for autre in boite.dossiers)
        if not demande.lsub:
            attributs.append(r"\HasChildren" if a_des_enfants else r"\HasNoChildren")
        if dossier is not None and dossier.usage is not None:
            attributs.append(dossier.usage)
        if demande.dire_abonnes and abonne:
            attributs.append(r"\Subscribed")
        yield Entree(nom, tuple(attributs), demande.enfants_abonnes and enfant_abonne)


def _parent_trouve(motif: _Motifs, nom: str, boite: Boite) -> str | None:
    """LSUB avec `%` : un parent non abonné dont un descendant l'est (RFC 3501 § 6.3.9)."""
    if nom not in boite.abonnements:
        return None
    niveaux = nom.split("/")
    parents = ("/".join(niveaux[:fin]) for fin in range(1, len(niveaux)))
    return next((p for p in parents if motif.admet(p) and p not in boite.abonnements), None)


class _Motifs:
    """Motifs de noms : `*` vaut tout, `%` tout sauf la barre. Temps proportionnel au nom et au motif."""

    def __init__(self, motifs: Iterable[str]) -> None:
        self._motifs = [_Motifs._simplifier(motif) for motif in motifs]

    @staticmethod
    def _simplifier(motif: str) -> str:
        tete, barre, reste = motif.partition("/")
        return f"INBOX{barre}{reste}" if tete.upper() == "INBOX" else motif[:LONGUEUR_MAX]

    def admet(self, nom: str) -> bool:
        """Vrai si l'un des motifs couvre le nom entier."""
        return any(_couvre(motif, nom) for motif in self._motifs)


def _couvre(motif: str, nom: str) -> bool:
    places = {0}  # longueurs du nom que le début du motif peut couvrir
    for signe in motif:
        if signe == "*":
            places = set(range(min(places), len(nom) + 1))
        elif signe == "%":
            places = {fin for debut in places for fin in _jusqu_a_la_barre(nom, debut)}
        else:
            places = {place + 1 for place in places if nom[place : place + 1] == signe}
        if not places:
            return False
    return len(nom) in places


def _jusqu_a_la_barre(nom: str, debut: int) -> range:
    barre = nom.find("/", debut)
    return range(debut, (barre if barre >= 0 else len(nom)) + 1)
