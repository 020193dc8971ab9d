"""Règles des exports LOINC_1, 2 et 3 : exemples suivis, enfreints, et variantes légitimes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.loinc import contenu, fichiers
from tests.verifications.constats import en_liste
from tests.verifications.loinc.exemples import (
    EXPORTS,
    LOINC_1,
    LOINC_2,
    LOINC_3,
    catalogue,
    grand_catalogue,
    grand_export,
)

INSTANT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MINUIT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""Le 22 à Londres, le 23 à Paris."""
Exemple = Callable[[], Constat | Sequence[Constat]]


def _nom(nom: str, instant: datetime = INSTANT) -> Constat:
    return fichiers.nom_du_fichier("LOINC_2", nom, instant, instant)


def _forme(fichier: str, texte: str | bytes) -> list[Constat]:
    return fichiers.forme(fichier, texte.encode() if isinstance(texte, str) else texte, catalogue())


_ENTETE = "Code chapitre;Libellé chapitre;Code sous-chapitre;Libellé sous-chapitre\r\n"
_PARTIE_AU_SEUL_CODE = LOINC_1.replace("S1;Électrolytes", "S1;")
CONFORMES: dict[str, Exemple] = {
    "nom du jour": lambda: _nom("LOINC_2_export_demandes_20261122.csv"),
    "nom au jour de Paris": lambda: _nom("LOINC_2_export_demandes_20261123.csv", MINUIT),
    "nom au jour UTC": lambda: _nom("LOINC_2_export_demandes_20261122.csv", MINUIT),
    **{f"forme de {f}": lambda f=f, t=t: _forme(f, t) for f, t in EXPORTS.items()},  # type: ignore[misc]
    "forme en cp1252": lambda: _forme("LOINC_1", LOINC_1.encode("cp1252")),
    "forme avec en-tête": lambda: _forme("LOINC_1", _ENTETE + LOINC_1),
    "forme, séparateur final": lambda: _forme("LOINC_1", LOINC_1.replace("\r\n", ";\r\n")),
    "dix chapitres": lambda: fichiers.volume("LOINC_1", grand_export("LOINC_1", 10), grand_catalogue(10)),
    "cinq chapitres et cinq sous-chapitres au seul code": lambda: fichiers.volume(
        "LOINC_1", "".join(f"C{r};Chapitre {r};S{r};\n" for r in range(5)).encode(), grand_catalogue(10)
    ),
    "dix analyses demandées": lambda: fichiers.volume("LOINC_2", grand_export("LOINC_2", 10), grand_catalogue(10)),
    "dix analyses": lambda: fichiers.volume("LOINC_3", grand_export("LOINC_3", 10), grand_catalogue(10)),
    "chapitres": lambda: contenu.chapitres_exportes(LOINC_1.encode("utf-8-sig"), catalogue()),
    "chapitres avec en-tête": lambda: contenu.chapitres_exportes((_ENTETE + LOINC_1).encode(), catalogue()),
    "chapitre aussi sur sa propre ligne": lambda: contenu.chapitres_exportes(
        (LOINC_1 + ";Hématologie;;\r\n").encode(), catalogue()
    ),
    "sous-chapitre par son seul code": lambda: contenu.chapitres_exportes(_PARTIE_AU_SEUL_CODE.encode(), catalogue()),
    "chapitres, code facultatif omis": lambda: contenu.chapitres_exportes(
        LOINC_1.replace("BIO;", ";").encode(), catalogue()
    ),
    "demandes, chapitre par son libellé": lambda: contenu.demandes_exportees(
        LOINC_2.replace(";BIO;", ';"Biochimie ; sang";').encode(), catalogue()
    ),
    "demandes": lambda: contenu.demandes_exportees(LOINC_2.encode(), catalogue()),
    "résultats": lambda: contenu.resultats_exportes(LOINC_3.encode("cp1252"), catalogue()),
    "facultatifs des demandes": lambda: contenu.facultatifs_exportes("LOINC_2", LOINC_2.encode(), catalogue()),
    "facultatifs des résultats": lambda: contenu.facultatifs_exportes("LOINC_3", LOINC_3.encode(), catalogue()),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """L'exemple suit la règle, et dit ce qui a été vu."""
    constats = en_liste(CONFORMES[nom]())
    assert constats
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME or not c.recu] == []


MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "nom sans date": ("LOI-NOM-01", lambda: _nom("LOINC_2_export_demandes.csv")),
    "date française": ("LOI-NOM-01", lambda: _nom("LOINC_2_export_demandes_22112026.csv")),
    "date de la veille": ("LOI-NOM-01", lambda: _nom("LOINC_2_export_demandes_20261121.csv")),
    "nom d'un autre fichier": ("LOI-NOM-01", lambda: _nom("LOINC_3_export_resultats_20261122.csv")),
    "rien": ("LOI-CSV-01", lambda: _forme("LOINC_1", b"")),
    "octets quelconques": ("LOI-CSV-01", lambda: _forme("LOINC_1", b"\x81\x00")),
    "tabulations": ("LOI-CSV-01", lambda: _forme("LOINC_1", "A\tB\tC\tD\n")),
    "virgules": ("LOI-CSV-01", lambda: _forme("LOINC_1", 'A,"B ; C",D,E\nF,G,H,I\n')),
    "un seul champ": ("LOI-CSV-01", lambda: _forme("LOINC_1", "A\nB\n")),
    "point-virgule non protégé": ("LOI-CSV-02", lambda: _forme("LOINC_1", LOINC_1.replace('"', ""))),
    "colonne oubliée": ("LOI-CSV-02", lambda: _forme("LOINC_2", LOINC_2.replace(";NA;", ";"))),
    "libellé obligatoire vide": ("LOI-CSV-03", lambda: _forme("LOINC_1", LOINC_1.replace("Hématologie", ""))),
    "analyse sans libellé": ("LOI-CSV-03", lambda: _forme("LOINC_2", LOINC_2.replace(";Sodium", ";"))),
    "examen sans code": ("LOI-CSV-03", lambda: _forme("LOINC_2", LOINC_2.replace("NFS;Num", ";Num"))),
    "un chapitre et six sous-chapitres": (
        "LOI-CSV-04",
        lambda: fichiers.volume(
            "LOINC_1", "".join(f"C;Chapitre;S{r};Partie {r}\n" for r in range(6)).encode(), grand_catalogue(10)
        ),
    ),
    "neuf analyses": (
        "LOI-CSV-04",
        lambda: fichiers.volume("LOINC_3", grand_export("LOINC_3", 9), grand_catalogue(10)),
    ),
    "une analyse dix fois": (
        "LOI-CSV-04",
        lambda: fichiers.volume("LOINC_3", grand_export("LOINC_3", 1) * 10, grand_catalogue(10)),
    ),
    "chapitre omis": (
        "LOI-CHAP-01",
        lambda: contenu.chapitres_exportes(LOINC_1.splitlines()[0].encode(), catalogue()),
    ),
    "sous-chapitre dans un autre chapitre": (
        "LOI-CHAP-01",
        lambda: contenu.chapitres_exportes(
            LOINC_1.replace("Hématologie;;Num", "Hématologie;S1;Num").encode(), catalogue()
        ),
    ),
    "chapitre inconnu": (
        "LOI-CHAP-01",
        lambda: contenu.chapitres_exportes((LOINC_1 + "X;Autre;;").encode(), catalogue()),
    ),
    "accents perdus": (
        "LOI-CHAP-01",
        lambda: contenu.chapitres_exportes(LOINC_1.encode("ascii", "replace"), catalogue()),
    ),
    "libellé d'un autre examen": (
        "LOI-DEM-01",
        lambda: contenu.demandes_exportees(
            LOINC_2.replace("NFS;Numération formule", "NFS;Ionogramme").encode(), catalogue()
        ),
    ),
    "chapitre d'un autre examen": (
        "LOI-DEM-01",
        lambda: contenu.demandes_exportees(LOINC_2.replace(";BIO;", ";HEM;").encode(), catalogue()),
    ),
    "analyse que le logiciel ne montre pas": (
        "LOI-DEM-01",
        lambda: contenu.demandes_exportees(LOINC_2.replace(";NA;Sodium", ";CL;Chlorure").encode(), catalogue()),
    ),
    "une ligne par examen": (
        "LOI-DEM-02",
        lambda: contenu.demandes_exportees("\n".join(LOINC_2.splitlines()[::2]).encode(), catalogue()),
    ),
    "ligne en double": (
        "LOI-DEM-02",
        lambda: contenu.demandes_exportees((LOINC_2 + LOINC_2.splitlines()[0]).encode(), catalogue()),
    ),
    "analyse omise": (
        "LOI-RES-01",
        lambda: contenu.resultats_exportes("\n".join(LOINC_3.splitlines()[:2]).encode(), catalogue()),
    ),
    "libellé d'une autre analyse": (
        "LOI-RES-01",
        lambda: contenu.resultats_exportes(LOINC_3.replace("Sodium", "Potassium").encode(), catalogue()),
    ),
    "temporalité et échelle échangées": (
        "LOI-CSV-05",
        lambda: contenu.facultatifs_exportes("LOINC_3", LOINC_3.replace("PT;;;QN", "QN;;;PT").encode(), catalogue()),
    ),
    "échelle à la place d'une temporalité non montrée": (
        "LOI-CSV-05",
        lambda: contenu.facultatifs_exportes("LOINC_3", LOINC_3.replace("g/dL;;", "g/dL;QN;").encode(), catalogue()),
    ),
    "unité d'une autre analyse": (
        "LOI-CSV-05",
        lambda: contenu.facultatifs_exportes("LOINC_3", LOINC_3.replace("g/dL", "mmol/L").encode(), catalogue()),
    ),
    "NABM qui n'en est pas un": (
        "LOI-CSV-05",
        lambda: contenu.facultatifs_exportes("LOINC_3", LOINC_3.replace(";HN", ";QN").encode(), catalogue()),
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
    "chapitres, catalogue non relevé": (Verdict.A_VERIFIER, lambda: contenu.chapitres_exportes(LOINC_1.encode(), [])),
    "demandes, catalogue non relevé": (Verdict.A_VERIFIER, lambda: contenu.demandes_exportees(LOINC_2.encode(), [])),
    "résultats, catalogue non relevé": (Verdict.A_VERIFIER, lambda: contenu.resultats_exportes(LOINC_3.encode(), [])),
    "nom non relevé": (Verdict.A_VERIFIER, lambda: _nom("")),
    "champs facultatifs omis en fin de ligne": (
        Verdict.A_VERIFIER,
        lambda: _forme("LOINC_1", "BIO;Biochimie\nHEM;Hématologie;H1\n"),
    ),
    "catalogue trop petit": (Verdict.NON_CONCLUANT, lambda: fichiers.volume("LOINC_1", LOINC_1.encode(), catalogue())),
    "neuf analyses, et pas une de plus à montrer": (
        Verdict.NON_CONCLUANT,
        lambda: fichiers.volume("LOINC_3", grand_export("LOINC_3", 9), grand_catalogue(9)),
    ),
    "aucun examen de plusieurs analyses": (
        Verdict.NON_CONCLUANT,
        lambda: contenu.demandes_exportees(LOINC_2.splitlines()[2].encode(), [catalogue()[5], catalogue()[8]]),
    ),
    "appartenance aux examens non montrée": (
        Verdict.A_VERIFIER,
        lambda: contenu.demandes_exportees(LOINC_2.encode(), [{**o, "examens": []} for o in catalogue()]),
    ),
}


@pytest.mark.parametrize("nom", INDECIS)
def test_rien_n_est_tranche(nom: str) -> None:
    """Ce que le banc ne peut pas trancher n'est ni conforme ni non conforme."""
    verdict, exemple = INDECIS[nom]
    vus = {c.verdict for c in en_liste(exemple())}
    assert verdict in vus
    assert Verdict.NON_CONFORME not in vus


def test_aucun_champ_facultatif() -> None:
    """Des champs facultatifs tous vides ne donnent aucun constat : rien n'a été comparé."""
    assert contenu.facultatifs_exportes("LOINC_3", grand_export("LOINC_3", 3), grand_catalogue(3)) == []
