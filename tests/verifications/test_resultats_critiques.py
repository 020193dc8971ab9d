"""Résultats critiques reçus : alertes dans le logiciel, avertissement au-dehors, compte rendu que le banc envoie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice
from steps.flux.identite import IdentiteUsager
from steps.flux.resultats_recus import ResultatRecu, compte_rendu_de_biologie
from steps.verifications import resultats_critiques as r
from steps.verifications.cda.controle import verifier_cda
from tests.verifications.cda.fabrique import MATRICULE, OID_TEST

OUI, NON, VOIR, RIEN = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
POTASSIUM = r.ResultatAttendu("D1", "P1", "Potassium")
SODIUM = r.ResultatAttendu("D2", "P1", "Sodium")


def _alerte(document: str | None = "D1", patient: str | None = "P1", texte: str = "Résultat à lire") -> dict[str, Any]:
    return {"texte": texte, "document_id": document, "patient_id": patient}


SIENNE: list[Mapping[str, Any]] = [_alerte()]
DEUX = [_alerte(), _alerte("D2")]


def _courriel(texte: str, objet: str = "Résultat à consulter", piece: bytes | None = None) -> bytes:
    message = EmailMessage()
    message["Subject"] = objet
    message.set_content(texte)
    if piece is not None:
        message.add_attachment(piece, maintype="application", subtype="pdf", filename="avis.pdf")
    return message.as_bytes()


INTERDITS = [("nom", "D'ÉTÉ-DURAND"), ("matricule INS", MATRICULE), ("examen", "Potassium"), ("résultat", "7.13")]


def _juger(texte: str, **options: Any) -> Constat:
    return r.sans_donnee_de_sante(_courriel(texte, **options), INTERDITS)


CAS: dict[str, tuple[Callable[[], Constat], Verdict]] = {
    "signalé par son document": (lambda: r.signale(SIENNE, POTASSIUM, "HH"), OUI),
    "signalé par son libellé": (lambda: r.signale([_alerte(None, None, "Potassium critique")], POTASSIUM, "HH"), OUI),
    "rien de signalé": (lambda: r.signale([], POTASSIUM, "HH"), NON),
    "un autre document signalé": (lambda: r.signale([_alerte("D9", texte="Potassium")], POTASSIUM, "HH"), NON),
    "alertes non relevées": (lambda: r.signale(None, POTASSIUM, "HH"), RIEN),
    "normal muet": (lambda: r.normal_muet(SIENNE, SODIUM, [POTASSIUM]), OUI),
    "normal signalé": (lambda: r.normal_muet(DEUX, SODIUM, [POTASSIUM]), NON),
    "rien du tout": (lambda: r.normal_muet([], SODIUM, [POTASSIUM]), RIEN),
    "mène au bon dossier": (lambda: r.mene_au_bon(SIENNE, POTASSIUM), OUI),
    "mène ailleurs": (lambda: r.mene_au_bon([_alerte(patient="P2")], POTASSIUM), NON),
    "ne dit pas où elle mène": (lambda: r.mene_au_bon([_alerte(patient=None)], POTASSIUM), VOIR),
    "aucune alerte à ouvrir": (lambda: r.mene_au_bon([], POTASSIUM), RIEN),
    "prescripteur alerté": (lambda: r.prescripteur_alerte(SIENNE, POTASSIUM), OUI),
    "prescripteur oublié": (lambda: r.prescripteur_alerte([], POTASSIUM), NON),
    "équipe alertée": (lambda: r.equipe_alertee(SIENNE, POTASSIUM, sorti=True), OUI),
    "équipe oubliée": (lambda: r.equipe_alertee([], POTASSIUM, sorti=False), NON),
    "étranger épargné": (lambda: r.etranger_epargne(SIENNE, [SODIUM], POTASSIUM), OUI),
    "étranger alerté": (lambda: r.etranger_epargne(DEUX, [SODIUM], POTASSIUM), VOIR),
    "qui ne voit rien ne prouve rien": (lambda: r.etranger_epargne([], [SODIUM], POTASSIUM), RIEN),
    "message arrivé": (lambda: r.avertissement_parti([_courriel("Bonjour")], "a@b"), OUI),
    "aucun message": (lambda: r.avertissement_parti([], "a@b"), NON),
    "simple invitation": (lambda: _juger("Un résultat vous attend dans le logiciel."), OUI),
    "le nom du patient": (lambda: _juger("Patient : Anne D’Été-Durand"), NON),
    "le nom dans l'objet": (lambda: _juger("Bonjour", objet="Résultat de D'ETE-DURAND"), NON),
    "le matricule, espacé": (lambda: _juger(f"INS {MATRICULE[:1]} {MATRICULE[1:]}"), NON),
    "l'examen": (lambda: _juger("Potassium à lire"), NON),
    "le résultat, à la virgule": (lambda: _juger("valeur 7,13"), NON),
    "un nombre voisin": (lambda: _juger("à 17.13 h"), OUI),
    "une pièce jointe": (lambda: _juger("Un résultat vous attend.", piece=b"%PDF-1.4"), VOIR),
    "message vide": (lambda: _juger("", objet=""), RIEN),
    "alerte en plus": (lambda: r.alerte_en_plus(SIENNE, POTASSIUM), OUI),
    "alerte remplacée": (lambda: r.alerte_en_plus([], POTASSIUM), NON),
}


@pytest.mark.parametrize(("constater", "attendu"), CAS.values(), ids=CAS)
def test_resultats_critiques(constater: Callable[[], Constat], attendu: Verdict) -> None:
    assert constater().verdict is attendu


def test_compte_rendu_envoye() -> None:
    """Le compte rendu fabriqué suit nos propres règles, et porte ses codes d'interprétation."""
    identite = IdentiteUsager("DURAND", "ANNE", "ANNE", "1990-12-31", "F", "99999", "", "", MATRICULE, OID_TEST)
    domaine = "1.2.250.1.213.99.12"
    cda = compte_rendu_de_biologie(
        identite,
        AuteurDocument("899900000731", "PAILLASSE", "ALIX", ("G15_10/SM03", "Médecin - Biologie médicale (SM)")),
        StructureEmettrice("1990000740", "LABORATOIRE VOISIN", domaine),
        EnvoiDocument(f"{domaine}.1", f"{domaine}.2", datetime(2026, 11, 23, 8, tzinfo=UTC), "EXT1"),
        (
            ResultatRecu("2823-3", "Potassium", "7.13", "mmol/L", "HH"),
            ResultatRecu("2951-2", "Sodium", "139", "mmol/L"),
        ),
        prescripteur="899900000101",
    )
    assert [c.message for c in verifier_cda(cda) if c.verdict is Verdict.NON_CONFORME] == []
    assert cda.count(b"interpretationCode") == 2
    assert b'code="HH"' in cda
    assert b'extension="899900000101"' in cda
