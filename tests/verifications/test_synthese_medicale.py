"""Volet de synthèse médicale et rappels : chaque règle suivie et enfreinte, sur des CDA fabriqués."""

from __future__ import annotations

from typing import Any

import pytest

from steps.verifications import synthese_medicale as s
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas
from tests.verifications.cda.fabrique import cda

CODE = '<code code="SYNTH" codeSystem="1.2.250.1.213.1.1.4.12" displayName="Synthèse"/>'
MODELE = '<templateId root="1.2.250.1.213.1.1.1.13"/>'


def _section(code: str, texte: str = "", enfants: str = "") -> str:
    return (
        f'<component><section><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><title>t</title>'
        f"<text>{texte}</text>{enfants}</section></component>"
    )


def _volet(*sections: str, code: str = CODE, modele: str = MODELE) -> bytes:
    corps = f"<component><structuredBody>{''.join(sections)}</structuredBody></component>"
    octets = cda("N3", code=code, corps=corps)
    return octets.replace(b"<id ", modele.encode() + b"<id ", 1)


ENTIER = _volet(
    _section("46612-8", enfants=_section("11450-4", "Goutte ; <content>Diabète de\n type 2</content>")),
    _section("30954-2", "Uricémie"),
    _section("18776-5", enfants=_section("10160-0", "COLCHICINE 1 mg")),
)
SANS_PLAN = _volet(_section("46612-8"), _section("30954-2", "Uricémie"))
DOSSIER = {"pathologies": ["diabète de type 2"], "traitements": ["Colchicine 1 mg"]}
RAPPEL: dict[str, Any] = {
    "rappel_id": "R1",
    "critere": {"genre": "ald"},
    "periodicite_jours": 90,
    "affichage": "ouverture_dossier",
}

CAS: list[Cas] = [
    ("entier", s.R_FORME, OUI, lambda: s.volet_structure(ENTIER, "x")),
    ("autre type", s.R_FORME, NON, lambda: s.volet_structure(_volet(code=CODE.replace("SYNTH", "11488-4")), "x")),
    ("sans modèle", s.R_FORME, NON, lambda: s.volet_structure(_volet(modele=""), "x")),
    ("niveau 1", s.R_FORME, NON, lambda: s.volet_structure(cda("N1", code=CODE), "x")),
    ("illisible", s.R_FORME, NON, lambda: s.volet_structure(b"%PDF-1.4", "x")),
    ("trois sections", s.R_SECTIONS, OUI, lambda: s.volet_structure(ENTIER, "x")),
    ("sans plan", s.R_SECTIONS, NON, lambda: s.volet_structure(SANS_PLAN, "x")),
    ("données", s.R_DONNEES, OUI, lambda: s.donnees_portees(ENTIER, DOSSIER, "x")),
    ("donnée perdue", s.R_DONNEES, NON, lambda: s.donnees_portees(SANS_PLAN, DOSSIER, "x")),
    ("dossier vide", s.R_DONNEES, RIEN, lambda: s.donnees_portees(ENTIER, {}, "x")),
    ("rangées", s.R_RANGEES, OUI, lambda: s.donnees_portees(ENTIER, DOSSIER, "x")),
    ("mal rangée", s.R_RANGEES, NON, lambda: s.donnees_portees(ENTIER, {"allergies": ["Goutte"]}, "x")),
    ("rien d'autre", s.R_RIEN_D_AUTRE, OUI, lambda: s.rien_d_autre(ENTIER, ["Asthme"], ["Goutte"], "x")),
    ("retirée, encore là", s.R_RIEN_D_AUTRE, NON, lambda: s.rien_d_autre(ENTIER, ["uricémie"], ["Goutte"], "x")),
    ("illisible", s.R_RIEN_D_AUTRE, RIEN, lambda: s.rien_d_autre(ENTIER, ["Asthme"], ["Lupus"], "x")),
    ("rempli", s.R_PREREMPLI, OUI, lambda: s.prerempli(DOSSIER, DOSSIER, ["Asthme"], "x")),
    ("texte libre", s.R_PREREMPLI, OUI, lambda: s.prerempli({"allergies": "Iode"}, {"allergies": ["iode"]}, [], "x")),
    ("vide", s.R_PREREMPLI, NON, lambda: s.prerempli({}, DOSSIER, [], "x")),
    ("d'un autre", s.R_PREREMPLI, NON, lambda: s.prerempli(DOSSIER, {}, ["Diabète de type 2"], "x")),
    ("réglé", s.R_REGLE, OUI, lambda: s.rappel_tenu(RAPPEL, [RAPPEL], "x")),
    ("absent", s.R_REGLE, NON, lambda: s.rappel_tenu(RAPPEL, [], "x")),
    ("autre période", s.R_REGLE, NON, lambda: s.rappel_tenu(RAPPEL, [RAPPEL | {"periodicite_jours": 365}], "x")),
    (
        "critère redit autrement",
        s.R_REGLE,
        OUI,
        lambda: s.rappel_tenu(RAPPEL, [RAPPEL | {"critere": {"genre": "ald", "valeur": None}}], "x"),
    ),
    ("sans identifiant", s.R_REGLE, OUI, lambda: s.rappel_tenu(RAPPEL | {"rappel_id": ""}, [RAPPEL], "x")),
    ("affichage tu", s.R_REGLE, VOIR, lambda: s.rappel_tenu(RAPPEL, [RAPPEL | {"affichage": None}], "x")),
    ("récente", s.R_PERIODE, OUI, lambda: s.synthese_recente(["r"], ["a"], ["a"])),
    ("récente, listée", s.R_PERIODE, VOIR, lambda: s.synthese_recente(["r"], ["a"], ["a", "r"])),
    ("liste vide", s.R_PERIODE, RIEN, lambda: s.synthese_recente(["r"], ["a"], [])),
    ("concernés", s.R_CONCERNES, OUI, lambda: s.patients_concernes(["a"], ["b"], ["a", "z"])),
    ("un manque", s.R_CONCERNES, NON, lambda: s.patients_concernes(["a"], ["b"], [])),
    ("tous", s.R_CONCERNES, NON, lambda: s.patients_concernes(["a"], ["b"], ["a", "b"])),
]


@pytest.mark.parametrize("cas", CAS, ids=[f"{c[1].code} {c[0]}" for c in CAS])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint ; celle qui s'en remet à une personne n'en a pas."""
    assert regles_sans_cas(s, CAS) == {s.R_INTEROP.code}
