"""L'enveloppe zip d'une archive : sûre, entière, sans surprise ; et ses fichiers, décompressés en mémoire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.constat import Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.registre import verification
from steps.verifications.xdm.regles_zip import (
    CHIFFREMENT,
    DEBORDS,
    DOUBLONS,
    ENTETES,
    ENTIERE,
    IMBRIQUEE,
    INTEGRITE,
    LIENS,
    METHODE,
    NOMS,
    ZIP64,
)
from steps.verifications.xdm.zip import (
    DEFLATE,
    STOCKE,
    Archive,
    ContenuAltere,
    ZipDemesure,
    ZipIllisible,
    extraire,
    lire_archive,
)

_LECTEUR = re.compile(r"^[A-Za-z]:")
_COMMANDE = re.compile(r"[\x00-\x1f\x7f]")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08")
_REGULIER, _DOSSIER = 0o100000, 0o040000
_OU = "archive"
_AU_DELA = "au-delà de la limite du banc"


@dataclass
class ArchiveLue:
    """Les fichiers de l'archive, par leur nom exact, dans l'ordre du répertoire.

    `alteres` : ce qui ne s'est pas extrait comme annoncé, et pourquoi. `fermes` : ce qui est chiffré, ou compressé par
    une méthode que le banc ne lit pas. `demesure` : limite du banc atteinte en chemin, vide sinon.
    """

    fichiers: dict[str, bytes] = field(default_factory=dict)
    alteres: list[str] = field(default_factory=list)
    fermes: list[str] = field(default_factory=list)
    demesure: str = ""
    illisible: bool = False

    @property
    def complete(self) -> bool:
        """Vrai si tous les fichiers ont été lus : une absence peut être crue."""
        return not (self.alteres or self.fermes or self.demesure or self.illisible)


@rejouable
def lire_et_verifier(octets: bytes) -> tuple[ArchiveLue, list[Constat]]:
    """L'archive lue et toutes les règles de l'enveloppe ; aucun fichier n'est rendu d'une archive illisible."""
    archive = lire(octets)
    if isinstance(archive, Constat):
        return ArchiveLue(illisible=True), [archive]
    lue = _extraire(archive)
    return lue, [*enveloppe(archive), *contenus(lue)]


@verification(ENTIERE)
def entiere(octets: bytes) -> Constat:
    """L'archive est entière et son répertoire se lit."""
    archive = lire(octets)
    if isinstance(archive, Constat):
        return archive
    return ENTIERE.respectee(recu=f"{len(archive.entrees)} entrée(s), {len(octets)} octets", ou=_OU)


@rejouable
def lire(octets: bytes) -> Archive | Constat:
    """Le répertoire lu, ou le constat qui dit pourquoi il ne l'est pas."""
    try:
        return lire_archive(octets)
    except ZipDemesure as erreur:
        return ENTIERE.sans_objet(f"{erreur} : {_AU_DELA}")
    except ZipIllisible as erreur:
        return ENTIERE.enfreinte(
            "L'archive ne se lit pas.", attendu="une archive zip entière", recu=str(erreur), ou=_OU
        )


@verification(ENTIERE, NOMS, DOUBLONS, LIENS, CHIFFREMENT, METHODE, ENTETES, DEBORDS, ZIP64)
def enveloppe(archive: Archive) -> list[Constat]:
    """Répertoire et en-têtes : noms sûrs et uniques, ni lien ni chiffrement, rien de caché, rien qui se contredise."""
    entrees = archive.entrees
    vu = f"{len(entrees)} entrée(s)"
    noms = Counter(_plie(e.nom) for e in entrees)
    doubles = sorted({e.nom for e in entrees if noms[_plie(e.nom)] > 1})
    methodes = [f"{e.nom} : méthode {e.methode}" for e in entrees if e.methode not in (STOCKE, DEFLATE)]
    debords = [
        f"{nombre} octet(s) {ou}"
        for nombre, ou in (
            (archive.avant, "avant le premier fichier"), (archive.trous, "entre les fichiers"),
            (archive.apres, "après la fin"), (archive.commentaire, "dans le commentaire"),
        )
        if nombre > 0
    ]  # fmt: skip
    constats = [
        ENTIERE.respectee(recu=f"{vu}, {len(archive.octets)} octets", ou=_OU),
        _liste(NOMS, [f"{e.nom!r} : {raison}" for e in entrees if (raison := danger(e.nom))],
               "Un nom sort de l'archive ou n'est pas portable.", "des noms relatifs, séparés par /", vu),
        _liste(DOUBLONS, doubles, "Un nom est écrit plusieurs fois.", "des noms tous différents", vu),
        _liste(LIENS, [e.nom for e in entrees if e.genre_unix not in (0, _REGULIER, _DOSSIER)],
               "L'archive porte un lien ou un fichier spécial.", "des fichiers et des dossiers", vu),
        _liste(CHIFFREMENT, [e.nom for e in entrees if e.chiffree], "L'archive est chiffrée.", "rien de chiffré", vu),
        _liste(METHODE, methodes, "Un fichier est compressé par une méthode peu répandue.", "stockée ou deflate", vu),
        _liste(ENTETES, list(archive.ecarts), "Les en-têtes de l'archive se contredisent.",
               "le même nom, la même méthode, les mêmes tailles des deux côtés", vu),
        _liste(DEBORDS, debords, "L'archive porte des octets qui ne sont à aucun fichier.", "rien d'autre", vu),
    ]  # fmt: skip
    if archive.zip64:
        message = "L'archive emploie zip64, que tous les lecteurs ne lisent pas."
        constats.append(ZIP64.signalee(message, attendu="zip ordinaire", recu="zip64", ou=_OU))
    return constats


@verification(INTEGRITE, IMBRIQUEE)
def contenus(lue: ArchiveLue) -> list[Constat]:
    """Chaque fichier se décompresse comme annoncé ; aucun n'est une archive, que le banc n'ouvrirait pas."""
    constats = []
    if lue.demesure:
        constats.append(INTEGRITE.sans_objet(f"{lue.demesure} : {_AU_DELA}"))
    if lue.alteres or not lue.demesure:
        vu = f"{len(lue.fichiers)} fichier(s) décompressés"
        attendu = "tailles et CRC annoncés"
        constats.append(_liste(INTEGRITE, lue.alteres, "Un fichier ne se décompresse pas comme annoncé.", attendu, vu))
    archives = [nom for nom, contenu in lue.fichiers.items() if contenu.startswith(_ARCHIVES)]
    constats.append(
        _liste(IMBRIQUEE, archives, "L'archive en contient une autre, que le banc n'ouvre pas.",
               "des documents", f"{len(lue.fichiers)} fichier(s), aucune archive")
    )  # fmt: skip
    return constats


def danger(nom: str) -> str:
    """Pourquoi ce nom n'est pas sûr ; vide s'il l'est."""
    if not nom.strip("/"):
        return "nom vide"
    if nom.startswith("/") or _LECTEUR.match(nom):
        return "nom absolu"
    if "\\" in nom:
        return "antislash"
    if _COMMANDE.search(nom):
        return "caractère de commande"
    if "\ufffd" in nom:
        return "annoncé en UTF-8, et n'en est pas"
    parties = nom.split("/")
    if ".." in parties:
        return "remonte hors de l'archive"
    return "partie vide ou « . »" if "." in parties or "" in parties[:-1] else ""


def _plie(nom: str) -> str:
    return nom.rstrip("/").casefold()


def _extraire(archive: Archive) -> ArchiveLue:
    """Tous les fichiers, jusqu'aux limites du banc ; une entrée chiffrée n'est pas extraite."""
    lue, total = ArchiveLue(), 0
    for rang, entree in enumerate(archive.entrees):
        if entree.dossier or entree.nom in lue.fichiers:
            continue
        if entree.chiffree or entree.methode not in (STOCKE, DEFLATE):
            lue.fermes.append(entree.nom)
            continue
        try:
            contenu = extraire(archive, rang, deja=total)
        except ZipDemesure as erreur:
            lue.demesure = str(erreur)
            break
        except ContenuAltere as erreur:
            lue.alteres.append(f"{entree.nom} : {erreur}")
            continue
        total += len(contenu)
        lue.fichiers[entree.nom] = contenu
    return lue


def _liste(regle: Regle, ecarts: Sequence[str], message: str, attendu: str, vu: str) -> Constat:
    if not ecarts:
        return regle.respectee(recu=vu, ou=_OU)
    suite = f" ; et {len(ecarts) - 5} autre(s)" if len(ecarts) > 5 else ""
    recu = " ; ".join(ecart[:200] for ecart in ecarts[:5]) + suite
    return regle.enfreinte(message, attendu=attendu, recu=recu, ou=_OU)
