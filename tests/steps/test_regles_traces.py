"""Traces, vérification automatique, diffusion dans un CDA, modes d'appel : cas respectés, enfreints, variantes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steps.flux.identite import IdentiteUsager
from steps.verifications import diffusion, homologation, traces, verification_automatique
from steps.verifications.insi.appels import Mode
from steps.verifications.instants import pendant
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas
from tests.verifications.cda.fabrique import MATRICULE, OID_TEST, cda
from tests.verifications.insi import fabrique as insi

DEBUT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
FIN = DEBUT + timedelta(minutes=2)
BORNES = {"debut": DEBUT, "fin": FIN}
DETAIL = {
    "operation": "recuperation",
    "modalite": "traits",
    "code_retour": "00",
    "matricule_ins": MATRICULE,
    "oid_ins": OID_TEST,
    "historique": ["190129999900107"],
    "traits": {"nom_naissance": "D'ÉTÉ", "date_naissance": "31/12/1990", "sexe": "Féminin"},
}


def trace(detail: dict[str, Any] | None = None, **choix: Any) -> dict[str, Any]:
    """Une bonne ligne du journal du logiciel, dont un champ peut différer."""
    ligne = {
        "horodatage": DEBUT.isoformat(),
        "utilisateur": "dupont",
        "action": "appel INSi",
        "patient_id": "P1",
        "detail": DETAIL if detail is None else detail,
    }
    return {**ligne, **choix}


def appel(lignes: list[dict[str, Any]], *, nombre: int = 1, operation: str = "recuperation", retour: str = "00") -> Any:
    """Les appels à INSi tracés."""
    return t.appel_insi_trace(lignes, operation=operation, retour=retour, modalite="traits", nombre=nombre, **BORNES)


def retour(lignes: list[dict[str, Any]]) -> Any:
    """La réponse d'INSi tracée."""
    return t.retour_insi_trace(
        lignes,
        matricule=MATRICULE,
        oid=OID_TEST,
        historique=["190129999900107"],
        traits={"nom_naissance": "D'ETE", "date_naissance": "1990-12-31", "sexe": "F"},
    )


def modification(lignes: list[dict[str, Any]]) -> Any:
    """La modification du sexe par dupont."""
    return t.modification_tracee(lignes, patient_id="P1", champ="sexe", compte="dupont", **BORNES)


def partenaire(lignes: list[dict[str, Any]], compte: str = "") -> Any:
    """La transmission au partenaire DPI."""
    return t.partenaire_trace(lignes, patient_id="P1", partenaire="DPI", compte=compte, **BORNES)


def acces(lignes: list[dict[str, Any]]) -> Any:
    """Les accès de dupont et martin à la fiche."""
    return t.acces_trace(lignes, patient_id="P1", comptes=["dupont", "martin"], **BORNES)


t = traces
HIER = (DEBUT - timedelta(days=1)).isoformat()
SEXE = {"champ": "sexe", "avant": "F", "apres": "M"}
TRACES: list[Cas] = [
    ("tracé", t.R_APPEL_INSI, OUI, lambda: appel([trace()])),
    ("sans modalité", t.R_APPEL_INSI, OUI, lambda: appel([trace({"operation": "recherche", "code_retour": "00"})])),
    ("opération dans l'action", t.R_APPEL_INSI, OUI, lambda: appel([trace({"retour": "00"}, action="Récupération")])),
    ("code vide", t.R_APPEL_INSI, OUI, lambda: appel([trace({"code_retour": "", "retour": "00"})])),
    ("absent", t.R_APPEL_INSI, NON, lambda: appel([])),
    ("un sur deux", t.R_APPEL_INSI, NON, lambda: appel([trace()], nombre=2)),
    ("autre retour", t.R_APPEL_INSI, NON, lambda: appel([trace({**DETAIL, "code_retour": "01"})])),
    ("modalité fausse", t.R_APPEL_INSI, NON, lambda: appel([trace({**DETAIL, "modalite": "carte_vitale"})])),
    ("autre opération", t.R_APPEL_INSI, NON, lambda: appel([trace({**DETAIL, "operation": "verification"})])),
    ("hors du scénario", t.R_APPEL_INSI, NON, lambda: appel([trace(horodatage=HIER)])),
    (
        "vérification en booléen",
        t.R_APPEL_INSI,
        OUI,
        lambda: appel([trace({"operation": "verif", "retour": True})], operation="verification", retour="OK"),
    ),
    ("réponse entière", t.R_RETOUR_INSI, OUI, lambda: retour([trace({}), trace()])),
    ("sans historique", t.R_RETOUR_INSI, NON, lambda: retour([trace({**DETAIL, "historique": []})])),
    ("sans OID", t.R_RETOUR_INSI, NON, lambda: retour([trace({**DETAIL, "oid_ins": ""})])),
    (
        "en deux traces",
        t.R_RETOUR_INSI,
        NON,
        lambda: retour([trace({"a": MATRICULE}), trace({**DETAIL, "matricule_ins": ""})]),
    ),
    ("détail absent", t.R_RETOUR_INSI, NON, lambda: retour([trace(detail=None) | {"detail": None}])),
    (
        "bon compte",
        t.R_UTILISATEUR_INSI,
        OUI,
        lambda: t.utilisateurs_des_appels([trace()], {"P1": "dupont"}, DEBUT, FIN),
    ),
    (
        "autre compte",
        t.R_UTILISATEUR_INSI,
        NON,
        lambda: t.utilisateurs_des_appels([trace()], {"P1": "martin"}, DEBUT, FIN),
    ),
    (
        "deux patients, deux comptes",
        t.R_UTILISATEUR_INSI,
        OUI,
        lambda: t.utilisateurs_des_appels(
            [trace(), trace(patient_id="P2", utilisateur="martin")], {"P1": "dupont", "P2": "martin"}, DEBUT, FIN
        ),
    ),
    (
        "compte constant",
        t.R_UTILISATEUR_INSI,
        NON,
        lambda: t.utilisateurs_des_appels(
            [trace(), trace(patient_id="P2")], {"P1": "dupont", "P2": "martin"}, DEBUT, FIN
        ),
    ),
    ("accès", t.R_ACCES_INS, OUI, lambda: acces([trace(), trace(utilisateur="martin")])),
    ("accès d'un seul", t.R_ACCES_INS, NON, lambda: acces([trace()])),
    ("accès à un autre", t.R_ACCES_INS, NON, lambda: acces([trace(), trace(utilisateur="martin", patient_id="P2")])),
    ("modification", t.R_MODIFICATION, OUI, lambda: modification([trace(SEXE, action="modification")])),
    ("sans type", t.R_MODIFICATION, NON, lambda: modification([trace(SEXE, action=" ")])),
    ("autre champ", t.R_MODIFICATION, NON, lambda: modification([trace({"champ": "nom_naissance"})])),
    ("autre auteur", t.R_MODIFICATION, NON, lambda: modification([trace(SEXE, utilisateur="martin")])),
    ("date seule", t.R_MODIFICATION, NON, lambda: modification([trace(SEXE, horodatage="2026-03-01")])),
    ("partenaire", t.R_PARTENAIRE, OUI, lambda: partenaire([trace({"partenaire": "DPI"})], "dupont")),
    ("nom complété", t.R_PARTENAIRE, OUI, lambda: partenaire([trace({"partenaire": "dpi du CH"})])),
    ("autre partenaire", t.R_PARTENAIRE, NON, lambda: partenaire([trace({"partenaire": "PFI"})])),
    ("autre patient", t.R_PARTENAIRE, NON, lambda: partenaire([trace({"partenaire": "DPI"}, patient_id="P2")])),
    ("autre compte", t.R_PARTENAIRE, NON, lambda: partenaire([trace({"partenaire": "DPI"})], "martin")),
]

IDENTITE = IdentiteUsager(
    "D'ÉTÉ-DURAND", "ANNE", "ANNE MARIE", "1990-12-31", "F", matricule_ins=MATRICULE, oid_ins=OID_TEST
)
LOCAL = '<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'
ESPACES = "<title>Né·e 2 90 12 99 999 001 92</title>"
d, h, v = diffusion, homologation, verification_automatique
AUTRES: list[Cas] = [
    ("lancée", v.R_LANCEE, OUI, lambda: v.verification_lancee([3], "Zoé")),
    ("non lancée", v.R_LANCEE, NON, lambda: v.verification_lancee([], "Zoé")),
    ("non relancée", v.R_NON_RELANCEE, OUI, lambda: v.verification_non_relancee([], "Zoé")),
    ("relancée", v.R_NON_RELANCEE, VOIR, lambda: v.verification_non_relancee([3], "Zoé")),
    ("INS présente", d.R_PRESENTE, OUI, lambda: d.ins_presente(cda(), IDENTITE)),
    ("identifiant local seul", d.R_PRESENTE, NON, lambda: d.ins_presente(cda(ids_patient=LOCAL), IDENTITE)),
    ("autre OID", d.R_PRESENTE, NON, lambda: d.ins_presente(cda(), replace(IDENTITE, oid_ins="1.2.3"))),
    ("autre matricule", d.R_PRESENTE, NON, lambda: d.ins_presente(cda(), replace(IDENTITE, matricule_ins="1" * 15))),
    ("illisible", d.R_PRESENTE, RIEN, lambda: d.ins_presente(b"<a", IDENTITE)),
    ("INS absente", d.R_ABSENTE, OUI, lambda: d.ins_absente(cda(ids_patient=LOCAL), IDENTITE)),
    ("INS en place", d.R_ABSENTE, NON, lambda: d.ins_absente(cda(), IDENTITE)),
    ("INS dans le titre", d.R_ABSENTE, NON, lambda: d.ins_absente(cda(ids_patient=LOCAL, title=ESPACES), IDENTITE)),
    (
        "document d'un autre",
        d.R_ABSENTE,
        RIEN,
        lambda: d.ins_absente(cda(ids_patient=LOCAL), replace(IDENTITE, nom_naissance="QUIDAM")),
    ),
    ("illisible", d.R_ABSENTE, RIEN, lambda: d.ins_absente(b"", IDENTITE)),
    (
        "deux modes",
        h.R_DEUX_MODES,
        OUI,
        lambda: h.modes_observes([insi.echange(), replace(insi.par_carte(), numero=2)]),
    ),
    ("certificat demandé", h.R_MODE, OUI, lambda: h.mode_observe([insi.echange()], Mode.CERTIFICAT)),
    ("carte demandée", h.R_MODE, OUI, lambda: h.mode_observe([insi.par_carte()], Mode.CARTE)),
    ("autre moyen", h.R_MODE, NON, lambda: h.mode_observe([insi.echange()], Mode.CARTE)),
    ("certificat seul", h.R_DEUX_MODES, NON, lambda: h.modes_observes([insi.echange()])),
    ("carte seule", h.R_DEUX_MODES, NON, lambda: h.modes_observes([insi.par_carte()])),
    ("aucun appel", h.R_DEUX_MODES, RIEN, lambda: h.modes_observes([])),
]


@pytest.mark.parametrize("cas", [*TRACES, *AUTRES], ids=lambda cas: f"{cas[1].code} {cas[0]}")
def test_regle(cas: Cas) -> None:
    """La règle est respectée ou enfreinte comme le cas le dit."""
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Aucune règle sans un exemple respecté et un exemple enfreint ; la pièce du CNDA ne se juge pas par la machine."""
    assert not regles_sans_cas(traces, TRACES)
    for module in (diffusion, verification_automatique):
        assert not regles_sans_cas(module, AUTRES)
    assert regles_sans_cas(homologation, AUTRES) == {h.R_HOMOLOGATION.code}


@pytest.mark.parametrize(
    ("horodatage", "tombe"),
    [
        ("2026-03-01T10:01:00+00:00", True),
        ("2026-03-01T11:01:00+01:00", True),
        ("2026-03-01T10:01:00Z", True),
        ("2026-03-01 11:01:00", True),
        ("01/03/2026 11:01", True),
        ("01/03/2026 à 11h01", True),
        ("2026-03-01T09:59:01+00:00", True),
        ("2026-03-01T10:03:30+00:00", False),
        ("2026-03-01T11:01:00+00:00", False),
        ("2026-03-01 10:31:00", False),
        ("2026-03-01", False),
        ("31/02/2026 11:01", False),
        ("", False),
        (None, False),
        ("hier", False),
    ],
)
def test_pendant_le_scenario(horodatage: str | None, tombe: bool) -> None:
    """Une date et une heure du scénario, avec ou sans fuseau, à la minute près."""
    assert pendant(horodatage, DEBUT, FIN) is tombe
