"""Règles sur l'extraction du tableau de bord : ses lignes et la documentation de son format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.chiffres_transmissions import (
    Transmission,
)
from steps.verifications.fichier_tabulaire import colonnes
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO, REM_PFI

R_EXTRACTION = Regle(
    "TBB-EXTRAIT-01",
    "L'extraction porte les transmissions du tableau de bord, une à une",
    f"{REM_BIO.format('TBB/va1.03')} ; {REM_PFI.format('TBB/va1.01')}",
    Confiance.OFFICIELLE,
    "Extrayez chaque transmission comptée, avec son canal et son issue.",
)
R_TYPES = Regle(
    "TBB-EXTRAIT-03",
    "L'extraction dit le type de chaque document transmis",
    REM_PFI.format("TBB/va1.01"),
    Confiance.OFFICIELLE,
    "Donnez, à chaque ligne de l'extraction, le type du document.",
)
R_DOCUMENTATION = Regle(
    "TBB-EXTRAIT-02",
    "Le format de l'extraction est documenté, colonne par colonne",
    "REM BIO, preuve TBB/va1.03.01.01, et REM PFI, preuve TBB/va1.01.01.01 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Décrivez chaque colonne du fichier extrait.",
)


@verification(R_EXTRACTION, R_DOCUMENTATION)
def extraction_juste(
    lignes: Sequence[Mapping[str, Any]] | None,
    fichier: bytes,
    documentation: str,
    transmissions: Sequence[Transmission],
) -> list[Constat]:
    """`lignes` : ce que l'adaptateur a lu du fichier extrait ; None s'il ne le lit pas, une personne compare alors.

    Une transmission manquée peut n'y être pas : les échecs se comptent là, ou dans le tableau de bord.
    """
    if not fichier:
        vide = "Aucun fichier n'est extrait."
        return [R_EXTRACTION.enfreinte(vide, attendu="un fichier", recu="rien", ou="extraction")]
    if lignes is None:
        contenu = R_EXTRACTION.a_regarder(
            "Le banc ne lit pas ce format d'extraction : comparez ses lignes aux transmissions du scénario.",
            ou="extraction",
        )
    else:
        vues = {
            (str(ligne.get("document_id")), str(ligne.get("canal")), ligne.get("reussi") is True) for ligne in lignes
        }
        attendues = {(t.document_id, t.canal, t.reussie) for t in transmissions}
        manquent, trop = {(t.document_id, t.canal, True) for t in transmissions if t.reussie} - vues, vues - attendues
        contenu = juger(
            R_EXTRACTION,
            not manquent and not trop,
            f"L'extraction et les transmissions diffèrent ({len(manquent)} manquantes, {len(trop)} en trop).",
            attendu=f"{len(attendues)} lignes" + (f", dont {_premiere(manquent)}" if manquent else ""),
            recu=f"{len(vues)} lignes" + (f", dont {_premiere(trop)}" if trop else ""),
            ou="extraction",
        )
    return [contenu, _documentation(fichier, documentation)]


@verification(R_TYPES)
def types_extraits(lignes: Sequence[Mapping[str, Any]], transmissions: Sequence[Transmission]) -> Constat:
    """Chaque ligne porte le type du document qu'elle nomme ; un type que l'adaptateur ne rend pas va à une personne."""
    attendus = {t.document_id: t.type_code for t in transmissions}
    vus = [(str(e.get("document_id")), e.get("type_code")) for e in lignes if str(e.get("document_id")) in attendus]
    if not vus:
        return R_TYPES.sans_objet("aucune ligne de ces documents : leur type ne se compare à rien")
    faux = [(numero, code) for numero, code in vus if code and code != attendus[numero]]
    if not faux and any(not code for _, code in vus):
        return R_TYPES.a_regarder(
            "Le banc ne lit pas le type de chaque ligne : montrez que l'extraction le donne.", ou="extraction"
        )
    return juger(
        R_TYPES,
        not faux,
        f"{len(faux)} ligne(s) de l'extraction portent un autre type que celui du document.",
        attendu=f"{attendus[faux[0][0]]} pour {faux[0][0]}" if faux else ", ".join(sorted(set(attendus.values()))),
        recu=f"{faux[0][1]} pour {faux[0][0]}" if faux else ", ".join(sorted({str(code) for _, code in vus})),
        ou="extraction",
    )


def _premiere(lignes: set[tuple[str, str, bool]]) -> str:
    document, canal, reussie = min(lignes)
    return f"{document} par {canal}, {'réussie' if reussie else 'échouée'}"


def _documentation(fichier: bytes, documentation: str) -> Constat:
    if not documentation.strip():
        return R_DOCUMENTATION.enfreinte(
            "Le format de l'extraction n'est pas documenté.",
            attendu="une description de chaque colonne",
            recu="rien",
            ou="documentation de l'extraction",
        )
    noms = colonnes(fichier)
    if not noms:
        return R_DOCUMENTATION.a_regarder(
            "Le fichier n'a pas de colonnes nommées que le banc lise : comparez-le à sa documentation.",
            recu=documentation[:300],
            ou="documentation de l'extraction",
        )
    absentes = [c for c in noms if c.casefold() not in documentation.casefold()]
    return juger(
        R_DOCUMENTATION,
        not absentes,
        f"La documentation ne dit rien de {len(absentes)} colonne(s) de l'extraction.",
        attendu=", ".join(absentes or noms),
        recu=documentation[:300],
        ou="documentation de l'extraction",
    )
