"""Règles sur le tri des documents d'un dossier, et ce que la liste en montre."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.dates import instant_de
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.instants import TOLERANCE_S, instant_decale
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_TRI = Regle(
    "DOC-TRI-01",
    "Les documents importés et produits se trient par date de création et par code de type",
    REM_BIO.format("CDA/INT.04"),
    Confiance.OFFICIELLE,
    "Proposez les deux tris sur la liste entière, documents importés compris.",
)
R_TRI_INFOS = Regle(
    "DOC-TRI-02",
    "Le code de type et la date de création de chaque document sont montrés, tels que dans le document",
    REM_BIO.format("CDA/INT.04"),
    Confiance.OFFICIELLE,
    "Montrez le code (`code/@code`) et la date de création (`effectiveTime`) lus dans chaque CDA.",
)


# ----------------------------------------------------------------------- trier
@verification(R_TRI, R_TRI_INFOS)
def documents_tries(
    liste: Sequence[Mapping[str, Any]], critere: str, cdas: Mapping[str, bytes], origines: Mapping[str, str]
) -> list[Constat]:
    """La liste montrée, triée par `critere` (date_creation ou type_code), comparée aux CDA.

    `cdas` : document_id → CDA ; `origines` : document_id → « produit » ou « importé », pour le dire. Un sens ou l'autre
    convient. Deux documents de même clé peuvent être dans un ordre quelconque.
    """
    montres = [str(d.get("document_id")) for d in liste]
    manquants = [cle for cle in cdas if cle not in montres]
    if manquants:
        return [
            R_TRI.enfreinte(
                f"La liste triée par {_CRITERES[critere]} ne montre pas tous les documents.",
                attendu=", ".join(f"{cle} ({origines[cle]})" for cle in cdas),
                recu=", ".join(montres) or "aucun document",
                ou="liste des documents du dossier",
            )
        ]
    choisis = {str(d.get("document_id")): d for d in liste if str(d.get("document_id")) in cdas}
    cles = [_cle(cdas[cle], critere) for cle in choisis]
    if len(set(cles)) < len(cles):
        return [R_TRI.sans_objet(f"deux documents ont le même {_CRITERES[critere]} : leur ordre ne prouve rien")]
    tri = juger(
        R_TRI,
        cles in (sorted(cles), sorted(cles, reverse=True)),
        f"La liste n'est pas triée par {_CRITERES[critere]}.",
        attendu=" puis ".join(sorted(cles)) + " (ou l'ordre inverse)",
        recu=" puis ".join(cles),
        ou="liste des documents du dossier",
    )
    return [tri, *(_infos(cle, document, cdas[cle], origines[cle]) for cle, document in choisis.items())]


_CRITERES = {"date_creation": "date de création", "type_code": "code de type"}


def _cle(cda: bytes, critere: str) -> str:
    entete = lire_cda(cda)
    if critere == "type_code":
        return entete.code.code if entete.code else ""
    return entete.date_creation


def _infos(cle: str, document: Mapping[str, Any], cda: bytes, origine: str) -> Constat:
    entete = lire_cda(cda)
    code = entete.code.code if entete.code else ""
    jour = f"{entete.date_creation[:4]}-{entete.date_creation[4:6]}-{entete.date_creation[6:8]}"
    montre_code, montre_date = str(document.get("type_code") or ""), str(document.get("date_creation") or "")
    vu = jour if _meme_instant(montre_date, entete.date_creation) else _jour(montre_date)
    if montre_date and not vu:
        return R_TRI_INFOS.a_regarder(
            f"La date de création montrée pour {cle} ({origine}) n'est pas dans une forme que le banc lit.",
            recu=montre_date,
            ou="liste des documents du dossier",
        )
    return juger(
        R_TRI_INFOS,
        montre_code.partition("^^")[0] == code and vu == jour,
        f"Le code de type ou la date de création montrés pour {cle} ({origine}) ne sont pas ceux du document.",
        attendu=f"code {code}, créé le {jour}",
        recu=f"code {montre_code or 'absent'}, créé le {montre_date or 'date absente'}",
        ou="liste des documents du dossier",
    )


def _meme_instant(montre: str, creation: str) -> bool:
    """Vrai si l'heure montrée, avec son décalage, est celle du document ; en UTC, minuit passé est la veille."""
    vu, attendu = instant_decale(montre), instant_de(creation)
    return vu is not None and attendu is not None and abs((vu - attendu).total_seconds()) < TOLERANCE_S


def _jour(texte: str) -> str:
    """AAAA-MM-JJ d'une date ISO, HL7 ou française ; vide si elle ne se lit pas."""
    if francais := re.match(r"(\d{2})[/.-](\d{2})[/.-](\d{4})", texte):
        return f"{francais[3]}-{francais[2]}-{francais[1]}"
    if iso := re.match(r"(\d{4})-?(\d{2})-?(\d{2})", texte):
        return f"{iso[1]}-{iso[2]}-{iso[3]}"
    return ""
