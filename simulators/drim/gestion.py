"""Publier un examen distant : ses images chez la source, sa référence (KOS) dans le DMP du patient."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from simulators.dmp.ebrim import Code
from simulators.drim.compression import AVEC_PERTE, SANS_PERTE
from simulators.drim.images import EXPLICITE, SOP_PAR_MODALITE, Examen, PatientImage, fabriquer
from simulators.drim.images import manifeste as composer_manifeste
from simulators.socle.gestion import DemandeRefusee

if TYPE_CHECKING:
    from simulators.dmp import SimulateurDMP
    from simulators.dmp.etat import Dossier
    from simulators.drim.source import SimulateurDrim

TITRE = "Référence d'objets d'un examen d'imagerie"
_SERIE = re.compile(r"\s*([A-Z]{2})\s+(\d{1,3})\s*")
_SERIES_MAX, _IMAGES_MAX = 20, 200


def publier(drim: SimulateurDrim, dmp: SimulateurDMP, dossier: Dossier, variantes: Sequence[tuple[str, Examen]]) -> str:
    """Rend l'examen servable et dépose son KOS ; `variantes` : (syntaxe de transfert, examen). Rend l'uniqueId."""
    examen = variantes[0][1]
    drim.etat.publier(*variantes)
    uid = f"{examen.etude}.99"
    adresses = {serie: drim.url_de(examen.etude, serie) for serie in examen.series}
    dmp.etat.deposer(
        dossier,
        composer_manifeste(examen, uid, adresses),
        unique_id=uid,
        mime_type="application/dicom",
        title=TITRE,
        type_code=Code("IMG-KOS", "1.2.250.1.213.1.1.4.12", TITRE),
        class_code=Code("31", "1.2.250.1.213.1.1.4.1", "Imagerie médicale"),
        format_code=Code("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", "KOS"),
        event_codes=tuple(Code(m, "1.2.250.1.213.1.1.5.618", m) for m in examen.modalites),
        reference_ids=(
            f"{examen.etude}^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
            f"{examen.accession}^^^&{examen.domaine_accession}&ISO^urn:ihe:iti:xds:2013:accession",
        ),
    )
    return uid


class GestionDrim:
    """Lectures et écritures à donner à `Gestion`, sous `/drim/…`."""

    def __init__(self, drim: SimulateurDrim, dmp: SimulateurDMP) -> None:
        self._drim = drim
        self._dmp = dmp

    def lectures(self) -> dict[str, Callable[[Any], object]]:
        """`GET /drim/examens` : études servies, leurs syntaxes et leurs séries."""
        return {"/drim/examens": lambda requete: {"examens": [self._dire(etude) for etude in self._drim.etat.examens]}}

    def ecritures(self) -> dict[str, Callable[[dict[str, Any]], object]]:
        """`POST /drim/examens` : `matricule` d'un DMP ouvert, `series` (« CT 2, MR 1 »)."""
        return {"/drim/examens": self._publier}

    def _dire(self, etude: str) -> dict[str, object]:
        variantes = self._drim.etat.examens[etude]
        examen = next(iter(variantes.values()))
        return {
            "etude": etude,
            "accession": examen.accession,
            "syntaxes": list(variantes),
            "series": {serie: [image.uid for image in examen.de_la_serie(serie)] for serie in examen.series},
        }

    def _publier(self, demande: dict[str, Any]) -> object:
        dossier = self._dmp.etat.dossier(str(demande.get("matricule") or ""))
        if dossier is None:
            raise DemandeRefusee("« matricule » : aucun DMP ouvert sous ce matricule")
        series = _series(str(demande.get("series") or "CT 2"))
        etude = f"2.25.{uuid.uuid4().int}"
        sujet = PatientImage(
            "IPP-DISTANT", "HOPITAL DISTANT", "PATIENT^FICTIF", "19800101", "O", dossier.ins.matricule, dossier.ins.oid
        )
        accession = f"ACC{uuid.uuid4().int % 10**9:09d}"
        variantes = [
            (syntaxe, fabriquer(etude, accession, "1.2.250.1.213.99.41", sujet, series, syntaxe=syntaxe))
            for syntaxe in (EXPLICITE, *SANS_PERTE, *AVEC_PERTE)
        ]
        uid = publier(self._drim, self._dmp, dossier, variantes)
        return {"kos": uid, **self._dire(etude)}


def _series(texte: str) -> list[tuple[str, int]]:
    lues = []
    for morceau in texte.split(","):
        trouve = _SERIE.fullmatch(morceau)
        if trouve is None or trouve[1] not in SOP_PAR_MODALITE or not 0 < int(trouve[2]) <= _IMAGES_MAX:
            modalites = ", ".join(SOP_PAR_MODALITE)
            raise DemandeRefusee(
                f"« series » : « CT 2, MR 1 » attendu (modalités : {modalites} ; {_IMAGES_MAX} images)"
            )
        lues.append((trouve[1], int(trouve[2])))
    if len(lues) > _SERIES_MAX:
        raise DemandeRefusee(f"« series » : {_SERIES_MAX} au plus")
    return lues
