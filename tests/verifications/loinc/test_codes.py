"""Règles de l'intégration, du rapport, des corrections à la main et des dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.loinc import dates, integration, rapport
from steps.verifications.loinc.catalogue import Cle, lire_objets
from tests.verifications.constats import en_liste
from tests.verifications.loinc.exemples import catalogue

NA: Cle = ("analyse", "", "NA")
K: Cle = ("analyse", "", "K")
HB: Cle = ("analyse", "", "HB")
NFS: Cle = ("examen", "", "NFS")
S1: Cle = ("sous_chapitre", "BIO", "S1")
DEBUT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FIN = DEBUT + timedelta(seconds=2)
PENDANT = "2026-11-22T11:00:01.234+01:00"
Exemple = Callable[[], Constat | Sequence[Constat]]
Bruts = list[dict[str, Any]]


def _avec(changes: dict[Cle, dict[str, Any]], base: Bruts | None = None) -> Bruts:
    """Le catalogue où ces objets ont ces champs."""
    base = catalogue() if base is None else base
    cles = [objet.cle for objet in lire_objets(base)]
    return [{**brut, **changes.get(cle, {})} for cle, brut in zip(cles, base, strict=True)]


def _codes(**codes: str) -> dict[Cle, dict[str, Any]]:
    return {("analyse", "", nom): {"code_loinc": code} for nom, code in codes.items()}


DONNES = {NA: "2951-2", K: "2075-0", HB: "718-7"}
INTEGRE = _avec(_codes(NA="2951-2", K="2075-0", HB="718-7"))


def _integrer(apres: Bruts, donnes: dict[Cle, str] | None = None) -> list[Constat]:
    return integration.codes_integres("LOINC_6", catalogue(), apres, DONNES if donnes is None else donnes)


def _integrer_un(fichier: str, cle: Cle, donne: str, porte: str) -> list[Constat]:
    return integration.codes_integres(fichier, catalogue(), _avec({cle: {"code_loinc": porte}}), {cle: donne})


def _anomalie(code: str, *codes: str, bloquante: bool = False) -> dict[str, Any]:
    return {"bloquante": bloquante, "code": code, "codes_loinc": list(codes)}


_ABSENT_HB = {**DONNES, HB: "8302-2"}
_INTEGRE_ABSENT = _avec(_codes(NA="2951-2", K="2075-0", HB="8302-2"))


def _absents(anomalies: list[dict[str, Any]] | None, apres: Bruts = _INTEGRE_ABSENT) -> list[Constat]:
    return rapport.absents_signales("LOINC_6.csv", anomalies, catalogue(), apres, _ABSENT_HB, {HB: "8302-2"})


def _multiples(
    anomalies: list[dict[str, Any]] | None, apres: Bruts | None = None, *, cote_a_cote: bool = False
) -> list[Constat]:
    apres = catalogue() if apres is None else apres
    return rapport.multiples_bloques(
        "LOINC_6.csv", anomalies, catalogue(), apres, {HB: ("718-7", "4544-3")}, cote_a_cote
    )


def _texte(octets: bytes) -> Constat:
    return rapport.rapport_parlant("LOINC_6.csv", octets, catalogue(), {HB: ("718-7",)})


def _date(date: str | None, *, avant: str | None = "2025-03-14T09:30:00+01:00", cree: str | None = None) -> Constat:
    ancien = _avec({HB: {"loinc_modifie_le": avant}})
    nouveau = _avec({HB: {"loinc_modifie_le": date, "loinc_cree_le": cree}})
    return dates.changements_dates(ancien, nouveau, {HB: dates.Changement(DEBUT, FIN)})


CONFORMES: dict[str, Exemple] = {
    "fichier accepté": lambda: integration.fichier_accepte("LOINC_6.csv", "fait", "fait : 3 codes"),
    "codes intégrés": lambda: _integrer(INTEGRE),
    "code d'un sous-chapitre": lambda: _integrer_un("LOINC_4", S1, "18719-5", "18719-5"),
    "code d'un examen": lambda: _integrer_un("LOINC_5", NFS, "718-7", "718-7"),
    "modifications": lambda: integration.codes_modifies(catalogue(), _avec(_codes(HB="718-7")), {HB: "718-7"}),
    "modification acceptée": lambda: integration.modification_acceptee("HB", "718-7", "fait", "fait"),
    "rapport": lambda: rapport.rapport_produit("LOINC_6.csv", b"rapport", []),
    "absents signalés": lambda: _absents([_anomalie("HB", "8302-2")]),
    "absents signalés par le libellé": lambda: _absents([_anomalie("Hémoglobine", "8302-2")]),
    "absents signalés sans redire le code": lambda: _absents([_anomalie("HB")]),
    "multiples bloqués": lambda: _multiples([_anomalie("HB", "718-7", "4544-3", bloquante=True)]),
    "multiples côte à côte": lambda: _multiples([_anomalie("HB", bloquante=True)], cote_a_cote=True),
    "rapport en cp1252": lambda: _texte("Hémoglobine : 718-7 absent".encode("cp1252")),
    "rapport en HTML": lambda: _texte(b"<td>H&eacute;moglobine</td><td>718-7</td>"),
    "rapport par code": lambda: _texte(b"HB 718-7"),
    "date de modification": lambda: _date(PENDANT),
    "date de création": lambda: _date(None, avant=None, cree=PENDANT),
    "date à la minute": lambda: _date("22/11/2026 11:00"),
    "date seule": lambda: _date("2026-11-22"),
    "date française seule": lambda: _date("22/11/2026"),
    "heure sans fuseau": lambda: _date("2026-11-22T11:00:01"),
    "autres dates": lambda: dates.autres_dates_gardees(catalogue(), _avec({HB: {"loinc_cree_le": PENDANT}}), [HB]),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """L'exemple suit la règle, et dit ce qui a été vu."""
    constats = en_liste(CONFORMES[nom]())
    assert constats
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME or not c.recu] == []


_TOUT = [_anomalie(nom) for nom in ("NA", "K", "HB")]
MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "fichier refusé": ("LOI-INT-01", lambda: integration.fichier_accepte("LOINC_6.csv", "refuse", "refuse : nom")),
    "code du chapitre": ("LOI-INT-02", lambda: _integrer_un("LOINC_4", S1, "18720-3", "18719-5")),
    "code d'un autre examen": ("LOI-INT-03", lambda: _integrer_un("LOINC_5", NFS, "718-7", "2951-2")),
    "codes décalés": ("LOI-INT-04", lambda: _integrer(_avec(_codes(NA="718-7", K="2951-2", HB="2075-0")))),
    "code d'avant gardé": ("LOI-INT-04", lambda: _integrer(_avec(_codes(NA="2951-2", HB="718-7")))),
    "objet disparu": ("LOI-INT-04", lambda: _integrer([o for o in INTEGRE if o["code"] != "NA"])),
    "autre objet changé": (
        "LOI-INT-05",
        lambda: _integrer(_avec({("examen", "", "NFS"): {"code_loinc": "718-7"}}, INTEGRE)),
    ),
    "autre objet disparu": ("LOI-INT-05", lambda: _integrer([o for o in INTEGRE if o["code"] != "NFS"])),
    "modification perdue": ("LOI-MOD-01", lambda: integration.codes_modifies(catalogue(), catalogue(), {HB: "718-7"})),
    "modification refusée": ("LOI-MOD-01", lambda: integration.modification_acceptee("HB", "1-8", "refuse", "refuse")),
    "objet modifié disparu": (
        "LOI-MOD-01",
        lambda: integration.codes_modifies(catalogue(), [o for o in catalogue() if o["code"] != "HB"], {HB: "718-7"}),
    ),
    "modification du voisin": (
        "LOI-MOD-02",
        lambda: integration.codes_modifies(catalogue(), _avec(_codes(HB="718-7", NA="718-7")), {HB: "718-7"}),
    ),
    "aucun rapport": ("LOI-RAP-01", lambda: rapport.rapport_produit("LOINC_6.csv", b"", None)),
    "absent tu": ("LOI-RAP-02", lambda: _absents([])),
    "absent sur un autre objet": ("LOI-RAP-02", lambda: _absents([_anomalie("NA", "8302-2")])),
    "un autre code en cause": ("LOI-RAP-02", lambda: _absents([_anomalie("HB", "718-7")])),
    "absent bloquant": ("LOI-RAP-03", lambda: _absents([_anomalie("HB", "8302-2", bloquante=True)])),
    "absent non intégré": ("LOI-RAP-03", lambda: _absents([_anomalie("HB", "8302-2")], catalogue())),
    "tout est signalé": ("LOI-RAP-04", lambda: _absents(_TOUT)),
    "rapport muet": ("LOI-RAP-06", lambda: _texte(b"trois lignes lues")),
    "rapport sans le code LOINC": ("LOI-RAP-06", lambda: _texte("Hémoglobine : code absent".encode())),
    "multiples tus": ("LOI-RAP-07", lambda: _multiples([])),
    "multiples non bloquants": ("LOI-RAP-07", lambda: _multiples([_anomalie("HB", "718-7", "4544-3")])),
    "premier des multiples pris": (
        "LOI-RAP-08",
        lambda: _multiples([_anomalie("HB", bloquante=True)], _avec(_codes(HB="718-7"))),
    ),
    "aucune date": ("LOI-DATE-01", lambda: _date(None)),
    "date d'avant": ("LOI-DATE-01", lambda: _date("2025-03-14T09:30:00+01:00")),
    "même date, à la milliseconde": ("LOI-DATE-01", lambda: _date(PENDANT, avant=PENDANT)),
    "date de la veille": ("LOI-DATE-01", lambda: _date("2026-11-21")),
    "date impossible": ("LOI-DATE-01", lambda: _date("32/13/2026")),
    "date du voisin changée": (
        "LOI-DATE-02",
        lambda: dates.autres_dates_gardees(catalogue(), _avec({K: {"loinc_modifie_le": PENDANT}}), [HB]),
    ),
}


@pytest.mark.parametrize("nom", MANQUEMENTS)
def test_manquement(nom: str) -> None:
    """L'exemple enfreint la règle, et le constat dit attendu, reçu et où."""
    code, exemple = MANQUEMENTS[nom]
    fautes = [c for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME]
    assert code in [c.code for c in fautes]
    assert all(c.attendu and c.recu and c.ou for c in fautes)


INDECIS: dict[str, tuple[Verdict, Exemple]] = {
    "aucun code donné": (Verdict.NON_CONCLUANT, lambda: _integrer(INTEGRE, {})),
    "aucun code nouveau": (Verdict.NON_CONCLUANT, lambda: _integrer(catalogue(), {K: "2823-3"})),
    "rapport non joint": (Verdict.A_VERIFIER, lambda: rapport.rapport_produit("LOINC_6.csv", b"", [])),
    "rapport non relevé": (Verdict.A_VERIFIER, lambda: _absents(None)),
    "multiples, rapport non relevé": (Verdict.A_VERIFIER, lambda: _multiples(None)),
    "un code de plus signalé": (
        Verdict.A_VERIFIER,
        lambda: _absents([_anomalie("HB", "8302-2"), _anomalie("NA", "2951-2")]),
    ),
    "multiples côte à côte ignorés": (
        Verdict.A_VERIFIER,
        lambda: _multiples([], _avec(_codes(HB="718-7")), cote_a_cote=True),
    ),
    "rapport en classeur": (Verdict.A_VERIFIER, lambda: _texte(b"PK\x03\x04classeur")),
    "rapport en PDF abîmé": (Verdict.A_VERIFIER, lambda: _texte(b"%PDF-1.4 abime")),
    "même date, à la seconde": (
        Verdict.A_VERIFIER,
        lambda: _date("2026-11-22T11:00:01", avant="2026-11-22T11:00:01"),
    ),
    "codes intégrés, catalogue non relevé": (Verdict.A_VERIFIER, lambda: _integrer([])),
    "absents, catalogue non relevé": (Verdict.A_VERIFIER, lambda: _absents([_anomalie("HB", "8302-2")], [])),
    "multiples, catalogue non relevé": (
        Verdict.A_VERIFIER,
        lambda: rapport.multiples_bloques("LOINC_6.csv", [], catalogue(), [], {}, False),
    ),
    "modification, rien de relevé": (
        Verdict.A_VERIFIER,
        lambda: integration.codes_modifies(catalogue(), [], {HB: "718-7"}, False),
    ),
    "dates non relevées": (
        Verdict.A_VERIFIER,
        lambda: dates.changements_dates(catalogue(), [], {HB: dates.Changement(DEBUT, FIN)}),
    ),
    "autres dates non relevées": (
        Verdict.A_VERIFIER,
        lambda: dates.autres_dates_gardees(catalogue(), [], [HB], False),
    ),
    "seul objet du catalogue": (
        Verdict.NON_CONCLUANT,
        lambda: dates.autres_dates_gardees(catalogue()[-1:], catalogue()[-1:], [HB]),
    ),
}


@pytest.mark.parametrize("nom", INDECIS)
def test_rien_n_est_tranche(nom: str) -> None:
    """Ce que le banc ne peut pas trancher n'est ni conforme ni non conforme."""
    verdict, exemple = INDECIS[nom]
    vus = {c.verdict for c in en_liste(exemple())}
    assert verdict in vus
    assert Verdict.NON_CONFORME not in vus


def test_sous_chapitres_de_meme_code() -> None:
    """Deux sous-chapitres de même code, dans deux chapitres, restent deux objets."""
    bruts = [{"nature": "sous_chapitre", "code": "01", "libelle": "Sang", "chapitre": c} for c in ("BIO", "HEM")]
    assert len({objet.cle for objet in lire_objets(bruts)}) == 2


def test_releve_des_dates() -> None:
    """La pièce dit le code d'avant, celui d'après et la date montrée."""
    apres = _avec({K: {"code_loinc": "2075-0", "loinc_modifie_le": PENDANT}})
    texte = dates.releve(catalogue(), apres, [K])
    assert "2823-3 devenu 2075-0" in texte
    assert PENDANT in texte
    sans_k = [objet for objet in catalogue() if objet["code"] != "K"]
    assert "Potassium" not in dates.releve(sans_k, apres, [K])
