"""Règles sur la consultation du DMP : un exemple respecté et un exemple enfreint pour chacune."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.dmp.ebrim import Code, DocumentEntry
from simulators.socle.echange import Echange
from steps.verifications import documents_conserves, liste_dmp
from steps.verifications import dossier_consultation as c
from tests.verifications.cda.fabrique import MATRICULE
from tests.verifications.constats import en_liste
from tests.verifications.dmp import fabrique as f

_AUTRE = "299019999900211"
_INSTANT = datetime(2026, 3, 2, 10, tzinfo=UTC)
_DANS_24_H = (_INSTANT + timedelta(hours=24)).isoformat()
_FICHE = DocumentEntry(title="Lettre", type_code=Code("11490-0", "2.16"), service_start_time="20240714213000")
_MONTRE = {"unique_id": "1.2", "titre": "Lettre", "type_code": "11490-0", "date_acte": "2024-07-14T23:30:00+02:00"}
_TRACES = [
    {"horodatage": "2026-03-02T10:00:01+01:00", "utilisateur": "bio", "action": "TD0.2", "patient_id": "P1"},
    {"horodatage": "2026-03-02T10:00:02+01:00", "utilisateur": "bio", "action": "TD3.1", "patient_id": "P1"},
]
_TARDIVE = {**_TRACES[0], "horodatage": "2026-03-02T10:05:00+01:00"}

Exemple = Callable[[], Constat | Sequence[Constat]]


def _blocage(*echanges: Echange, interdites: tuple[str, ...] = ()) -> Constat:
    return c.consultation_empechee(
        c.R_BLOQUE, echanges, MATRICULE, "bloqué", "refuse", temoins=[f.td31()], interdites=interdites
    )


CONFORMES: dict[str, Exemple] = {
    "choix relu": lambda: c.choix_garde("opposition", "opposition"),
    "consultation faite": lambda: c.consultation_faite([f.td02(), f.td31()], MATRICULE, "fait"),
    "blocage tenu": lambda: _blocage(f.td02()),
    "autre patient consulté": lambda: _blocage(f.td31(matricule=_AUTRE)),
    "trace": lambda: c.consultation_tracee(_TRACES, ["bio"], "P1"),
    "trace sans patient, transaction dans une phrase": lambda: c.consultation_tracee(
        [{**t, "patient_id": None, "action": f"DMP : {t['action']}"} for t in _TRACES], ["bio"], "P1"
    ),
    "liste dans un autre ordre": lambda: liste_dmp.liste_montree(
        [{"unique_id": "2"}, {"unique_id": "1"}], ["1", "2"], ""
    ),
    "métadonnées": lambda: liste_dmp.metadonnees_montrees([_MONTRE], {"1.2": _FICHE}),
    "jour seul": lambda: liste_dmp.metadonnees_montrees([{**_MONTRE, "date_acte": "2024-07-14"}], {"1.2": _FICHE}),
    "heure locale sans décalage": lambda: liste_dmp.metadonnees_montrees(
        [{**_MONTRE, "date_acte": "2024-07-14T23:30:00"}], {"1.2": _FICHE}
    ),
    "filtres": lambda: liste_dmp.filtres_proposes(["type", "date"]),
    "document ouvert": lambda: liste_dmp.document_ouvert("ab12", "AB12", "Lettre", "fait"),
    "écrans libres": lambda: c.actions_pendant_requete({"ouvrir": "fait"}),
    "requête finie": lambda: c.requete_aboutie("fait", 2, 2, "fait"),
    "préchargés": lambda: documents_conserves.documents_precharges([f.td32("1.2.3")], ["1.2.3"], ["1.2.3"]),
    "durée": lambda: documents_conserves.duree_appliquee([_DANS_24_H], 24, _INSTANT),
    "servi du stock": lambda: documents_conserves.servi_depuis_le_stock(
        [], "1.2.3", depuis_cache=True, attendu=True, recu="fait"
    ),
    "redemandé": lambda: documents_conserves.servi_depuis_le_stock(
        [f.td32("1.2.3")], "1.2.3", depuis_cache=False, attendu=False, recu="fait"
    ),
    "conservation": lambda: documents_conserves.conservation_appliquee(
        {"expire_le": _DANS_24_H, "archivage": True}, jours=1, archivage=True, instant=_INSTANT
    ),
    "conservation comptée depuis l'acte": lambda: documents_conserves.conservation_appliquee(
        {"expire_le": "2024-07-24", "archivage": False},
        jours=10,
        archivage=False,
        instant=_INSTANT,
        dates=["20240714213000"],
    ),
    "intégré": lambda: documents_conserves.document_au_dossier("D1", [{"document_id": "D1"}], "fait"),
}

FAUTIFS: dict[str, tuple[str, Exemple]] = {
    "choix oublié": ("DOS-CHOIX-01", lambda: c.choix_garde("opposition", "non_renseigne")),
    "consultation absente": ("DOS-ACCES-01", lambda: c.consultation_faite([f.td02()], MATRICULE, "refuse")),
    "consulté malgré le blocage": ("DOS-ACCES-02", lambda: _blocage(f.td02("INTERDIT"), f.td31())),
    "autorisation prise": ("DOS-ACCES-02", lambda: _blocage(f.td03(), interdites=("TD0.3",))),
    "trace sans le droit": ("DOS-TRACE-01", lambda: c.consultation_tracee(_TRACES[1:], ["bio"], "P1")),
    "trace d'un autre": ("DOS-TRACE-01", lambda: c.consultation_tracee(_TRACES, ["autre"], "P1")),
    "trace dans l'ordre inverse": (
        "DOS-TRACE-01",
        lambda: c.consultation_tracee(
            [{**_TRACES[0], "horodatage": "2026-03-02T10:05:00+01:00"}, _TRACES[1]], ["bio"], "P1"
        ),
    ),
    "liste vide": ("DOS-LISTE-01", lambda: liste_dmp.liste_montree([], ["1"], "")),
    "titre changé": (
        "DOS-LISTE-02",
        lambda: liste_dmp.metadonnees_montrees([{**_MONTRE, "titre": "x"}], {"1.2": _FICHE}),
    ),
    "un seul filtre": ("DOS-LISTE-04", lambda: liste_dmp.filtres_proposes(["type", "type"])),
    "autre contenu": ("DOS-LISTE-05", lambda: liste_dmp.document_ouvert("ab12", None, "Lettre", "echec")),
    "écran figé": ("DOS-ECRAN-01", lambda: c.actions_pendant_requete({"ouvrir": "sans réponse"})),
    "requête perdue": ("DOS-ECRAN-02", lambda: c.requete_aboutie("echec", 0, 2, "echec")),
    "critères ignorés": (
        "DOS-STOCK-01",
        lambda: documents_conserves.documents_precharges([f.td32("1.2.3"), f.td32("9.9")], ["1.2.3", "9.9"], ["1.2.3"]),
    ),
    "durée constante": ("DOS-STOCK-02", lambda: documents_conserves.duree_appliquee([_DANS_24_H], 6, _INSTANT)),
    "redemandé à tort": (
        "DOS-STOCK-03",
        lambda: documents_conserves.servi_depuis_le_stock(
            [f.td32("1.2.3")], "1.2.3", depuis_cache=None, attendu=True, recu="fait"
        ),
    ),
    "servi périmé": (
        "DOS-STOCK-03",
        lambda: documents_conserves.servi_depuis_le_stock([], "1.2.3", depuis_cache=True, attendu=False, recu="fait"),
    ),
    "conservation absente": (
        "DOS-STOCK-04",
        lambda: documents_conserves.conservation_appliquee({}, jours=1, archivage=True, instant=_INSTANT),
    ),
    "non intégré": ("DOS-STOCK-05", lambda: documents_conserves.document_au_dossier("", [], "echec")),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_exemple_respecte(nom: str) -> None:
    """L'exemple respecté, variante permise comprise, ne donne que des constats conformes."""
    assert {constat.verdict for constat in en_liste(CONFORMES[nom]())} == {Verdict.CONFORME}


@pytest.mark.parametrize("nom", FAUTIFS)
def test_exemple_enfreint(nom: str) -> None:
    """L'exemple enfreint est non conforme par la règle attendue."""
    code, juger = FAUTIFS[nom]
    fautes = {constat.code for constat in en_liste(juger()) if constat.verdict is Verdict.NON_CONFORME}
    assert code in fautes


def test_blocage_sans_temoin() -> None:
    """Un logiciel qui ne consulte jamais ne prouve pas qu'il bloque."""
    constat = c.consultation_empechee(c.R_BLOQUE, [], MATRICULE, "bloqué", "refuse", temoins=[f.td02()])
    assert constat.verdict is Verdict.NON_CONCLUANT


@pytest.mark.parametrize(
    ("montre", "codes"),
    [
        ({**_MONTRE, "date_acte": "14 juillet 2024"}, {"DOS-LISTE-03"}),
        ({"unique_id": "1.2", "titre": "Lettre"}, {"DOS-LISTE-02", "DOS-LISTE-03"}),
    ],
)
def test_information_non_montree(montre: dict[str, str], codes: set[str]) -> None:
    """Un type ou une date que rien ne montre n'est pas juste pour autant : une personne regarde."""
    constats = liste_dmp.metadonnees_montrees([montre], {"1.2": _FICHE})
    assert {x.code for x in constats if x.verdict is Verdict.A_VERIFIER} == codes


def test_liste_sans_document_connu() -> None:
    """Une liste qui ne montre rien du DMP ne prouve rien de ses métadonnées."""
    constats = liste_dmp.metadonnees_montrees([{**_MONTRE, "unique_id": "9.9"}], {"1.2": _FICHE})
    assert [x.verdict for x in constats] == [Verdict.NON_CONCLUANT]


def _sans_confirmation(*echanges: Echange) -> Constat:
    return c.consultation_empechee(
        c.R_CONFIRMATION,
        echanges,
        MATRICULE,
        "faute de confirmation",
        "fait",
        temoins=[f.td31()],
        interdites=("TD0.3",),
    )


@pytest.mark.parametrize(
    ("echanges", "verdict"),
    [
        ((f.td02,), Verdict.CONFORME),
        ((f.td02, f.td03, f.td31), Verdict.A_VERIFIER),
        ((f.td02, f.td03), Verdict.A_VERIFIER),
        ((f.td02, f.td31), Verdict.NON_CONFORME),
    ],
)
def test_sans_confirmation(echanges: tuple[Callable[[], Echange], ...], verdict: Verdict) -> None:
    """L'exigence veut l'autorisation automatique, l'étape la fait demander ; nul texte ne permet de s'en passer."""
    constat = _sans_confirmation(*(fabrique() for fabrique in echanges))
    assert constat.verdict is verdict
    if verdict is Verdict.A_VERIFIER:
        assert "automatique" in constat.message


def test_documents_montres_malgre_le_blocage() -> None:
    """Des documents montrés sans rien demander au DMP (copie gardée) ne passent pas pour un blocage."""
    constat = c.consultation_empechee(c.R_BLOQUE, [], MATRICULE, "bloqué", "fait", temoins=[f.td31()], montres=2)
    assert constat.verdict is Verdict.A_VERIFIER


def test_traces_aux_heures_illisibles() -> None:
    """Deux heures que rien ne lit ne sont pas dans l'ordre pour autant."""
    constat = c.consultation_tracee([{**t, "horodatage": "hier"} for t in _TRACES], ["bio"], "P1")
    assert constat.verdict is Verdict.A_VERIFIER


def test_date_en_temps_universel() -> None:
    """Une date montrée en temps universel ne vaut qu'« à vérifier » : la source est de seconde main."""
    constats = liste_dmp.metadonnees_montrees([{**_MONTRE, "date_acte": "2024-07-14T21:30:00"}], {"1.2": _FICHE})
    assert [x.verdict for x in constats if x.code == "DOS-LISTE-03"] == [Verdict.A_VERIFIER]
