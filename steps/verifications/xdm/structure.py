"""L'arborescence d'une archive d'échange : fichiers de tête, dossiers de lots, noms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from steps.verifications.registre import verification
from steps.verifications.xdm.enveloppe import danger

_ITI32 = "IHE ITI TF-2, § 3.32 (ITI-32, arborescence du support)"
_NOM = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
RACINE, METADONNEES = "IHE_XDM", "METADATA.XML"
TETES = ("INDEX.HTM", "README.TXT")

LOTS = Regle(
    "XDM-STR-01", "L'archive porte au moins un lot : IHE_XDM/<dossier>/METADATA.XML", _ITI32, Confiance.DOCUMENTEE,
    "Écrire les métadonnées de chaque lot dans IHE_XDM/SUBSET01/METADATA.XML, à côté de ses documents.",
)  # fmt: skip
TETE = Regle(
    "XDM-STR-02", "INDEX.HTM et README.TXT sont à la racine, et disent quelque chose", _ITI32, Confiance.DOCUMENTEE,
    "Écrire à la racine INDEX.HTM (liens vers les documents) et README.TXT (émetteur, application, arborescence).",
)  # fmt: skip
NOMS_83 = Regle(
    "XDM-STR-03", "Les noms suivent ISO 9660 niveau 1 (8.3, majuscules, chiffres, souligné)",
    "IHE ITI TF-2, § 3.32 ; ISO 9660, niveau 1 : le terrain s'en écarte et les lecteurs l'admettent",
    Confiance.DEDUITE, "Nommer DOC0001.XML, METADATA.XML… : 8 caractères au plus, un point, 3 au plus.",
)  # fmt: skip
ETRANGERS = Regle(
    "XDM-STR-04", "Tout ce que porte l'archive a sa place", f"{_ITI32} ; déduction du banc",
    Confiance.DEDUITE, "N'archiver que les fichiers de tête et les dossiers de lots.",
)  # fmt: skip


@dataclass(frozen=True)
class Dossier:
    """Un dossier de lot : son chemin dans l'archive, ses métadonnées, ses autres fichiers par nom relatif."""

    chemin: str
    metadonnees: bytes
    fichiers: Mapping[str, bytes]


def dossiers(fichiers: Mapping[str, bytes]) -> list[Dossier]:
    """Les dossiers de lots, par chemin ; la casse des noms est libre, un nom dangereux est ignoré."""
    trouves: dict[str, Dossier] = {}
    for nom, contenu in fichiers.items():
        parties = nom.split("/")
        if danger(nom) or len(parties) != 3 or parties[0].upper() != RACINE or parties[2].upper() != METADONNEES:
            continue
        chemin = "/".join(parties[:2]) + "/"
        autres = {
            autre[len(chemin) :]: octets
            for autre, octets in fichiers.items()
            if autre.startswith(chemin) and autre != nom and not danger(autre)
        }
        trouves.setdefault(chemin, Dossier(chemin, contenu, autres))
    return [trouves[chemin] for chemin in sorted(trouves)]


@verification(LOTS, TETE, NOMS_83, ETRANGERS)
def verifier_structure(fichiers: Mapping[str, bytes], *, complete: bool = True) -> list[Constat]:
    """L'arborescence attendue. `complete` : tous les fichiers de l'archive sont là, une absence peut être crue."""
    lots = dossiers(fichiers)
    constats = [_lots(fichiers, lots, complete=complete), _tete(fichiers, complete=complete)]
    longs = [nom for nom in fichiers if not _est_83(nom)]
    if longs:
        message = "Des noms sortent du 8.3 en majuscules ; les lecteurs l'admettent."
        constats.append(
            NOMS_83.signalee(message, attendu="8 caractères, un point, 3 caractères", recu=_abrege(longs), ou="archive")
        )
    else:
        constats.append(NOMS_83.respectee(recu=f"{len(fichiers)} nom(s) en 8.3", ou="archive"))
    etrangers = [nom for nom in fichiers if not _a_sa_place(nom, lots)]
    if etrangers:
        message = "L'archive porte des fichiers que rien ne prévoit."
        attendu = "INDEX.HTM, README.TXT et les dossiers de lots"
        constats.append(ETRANGERS.signalee(message, attendu=attendu, recu=_abrege(etrangers), ou="archive"))
    else:
        constats.append(ETRANGERS.respectee(recu=f"{len(fichiers)} fichier(s) à leur place", ou="archive"))
    return constats


def _lots(fichiers: Mapping[str, bytes], lots: list[Dossier], *, complete: bool) -> Constat:
    if lots:
        return LOTS.respectee(recu=_abrege([lot.chemin + METADONNEES for lot in lots]), ou="archive")
    if not complete:
        return LOTS.sans_objet("aucun METADATA.XML parmi les fichiers lus, mais tous n'ont pas pu l'être")
    ailleurs = [nom for nom in fichiers if nom.rsplit("/", 1)[-1].upper() == METADONNEES]
    return LOTS.enfreinte(
        "Aucun lot n'est à sa place dans l'archive.", attendu=f"{RACINE}/SUBSET01/{METADONNEES}",
        recu=_abrege(ailleurs or list(fichiers)) or "archive vide", ou="archive",
    )  # fmt: skip


def _tete(fichiers: Mapping[str, bytes], *, complete: bool) -> Constat:
    presents = {nom.upper(): contenu for nom, contenu in fichiers.items() if "/" not in nom}
    fautes = [f"{nom} absent" for nom in TETES if nom not in presents]
    if fautes and not complete:
        return TETE.sans_objet(f"{', '.join(fautes)} parmi les fichiers lus, mais tous n'ont pas pu l'être")
    fautes += [f"{nom} vide" for nom in TETES if nom in presents and not presents[nom].strip()]
    if not fautes:
        return TETE.respectee(recu=" et ".join(TETES), ou="racine de l'archive")
    return TETE.enfreinte(
        "Les fichiers de tête ne sont pas là.", attendu=" et ".join(TETES), recu=", ".join(fautes),
        ou="racine de l'archive",
    )  # fmt: skip


def _est_83(nom: str) -> bool:
    return all(_NOM.fullmatch(partie) for partie in nom.split("/"))


def _a_sa_place(nom: str, lots: list[Dossier]) -> bool:
    return nom.upper() in TETES or any(nom.startswith(lot.chemin) for lot in lots)


def _abrege(noms: Iterable[str]) -> str:
    liste = list(noms)
    return ", ".join(nom[:100] for nom in liste[:8]) + (f" et {len(liste) - 8} autre(s)" if len(liste) > 8 else "")
