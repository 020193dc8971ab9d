"""Règles sur l'affichage, le tri et les doublons de documents : exemples respectés, enfreints, variantes légitimes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.flux.documents import (
    AuteurDocument,
    EnvoiDocument,
    SectionDocument,
    StructureEmettrice,
    compte_rendu_structure,
    lettre_de_liaison,
)
from steps.flux.feuilles import feuille_du_producteur
from steps.flux.identite import IdentiteUsager
from steps.verifications import dossier_documents as d
from steps.verifications import doublons_documents, tri_documents
from steps.verifications.presentation import FeuilleInapplicable, appliquer, sections, texte_affiche
from tests.verifications.constats import en_liste

_IDENTITE = IdentiteUsager(
    nom_naissance="L'ÉTOILE",
    premier_prenom_naissance="ZOÉ",
    prenoms_naissance="ZOÉ MARIE",
    date_naissance="1984-02-29",
    sexe="F",
    code_lieu_naissance="75056",
)
_AUTEUR = AuteurDocument(identifiant="899900000777", nom="DISTANT", prenom="CAMILLE")
_STRUCTURE = StructureEmettrice(identifiant="1990000777", nom="HOPITAL VOISIN", domaine="1.2.250.1.213.99.6")
_SECTIONS = (
    SectionDocument("29299-5", "Motif", ("Suivi & bilan < annuel >",)),
    SectionDocument("11329-0", "Antécédents", ("Allergie",), (SectionDocument("10157-6", "Famille", ("Diabète",)),)),
)
_MARQUE = "Mise en page de l'hôpital"
FEUILLE = feuille_du_producteur(_MARQUE)


def _envoi(rang: int = 1, jour: int = 14) -> EnvoiDocument:
    instant = datetime(2024, 3, jour, 10, 20, tzinfo=UTC)
    return EnvoiDocument(oid=f"1.2.3.{rang}", oid_lot=f"1.2.3.{rang}.1", instant=instant, patient_id="X")


N3 = compte_rendu_structure(_IDENTITE, _AUTEUR, _STRUCTURE, _envoi(), _SECTIONS)
N1 = lettre_de_liaison(_IDENTITE, _AUTEUR, _STRUCTURE, _envoi(2, 15), mention="Repère 42")
_SAXON = FEUILLE.replace(b'version="1.0" xmlns:xsl', b'version="3.0" xmlns:xsl')
_COMPLET = appliquer(FEUILLE, N3)


def _sha(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def _affichage(contenu: str = _COMPLET, corps: str = "", cda: bytes = N3, feuille: str = "") -> d.Affichage:
    return d.Affichage(contenu, corps, _sha(cda), feuille)


_LISTE = [
    {"document_id": "A", "type_code": "11488-4", "date_creation": "2024-03-14T11:20:00+01:00"},
    {"document_id": "B", "type_code": "11490-0^^2.16.840.1.113883.6.1", "date_creation": "15/03/2024 11:20"},
]
_CDAS = {"A": N3, "B": N1}
_ORIGINES = {"A": "importé", "B": "importé"}
_LOCAL = {"contenu_sha256": _sha(N3), "deja_integre": True, "document_id": "A"}


def _signale(donnees: dict[str, object], messages: Sequence[str] = ("Déjà intégré.",)) -> list[Constat]:
    return doublons_documents.doublon_signale(donnees, messages, local=N3, distant=N1, document_id="A", quoi="lettre")


Exemple = Callable[[], Constat | Sequence[Constat]]
CONFORMES: dict[str, Exemple] = {
    "gardé": lambda: d.document_garde(_affichage(feuille=_sha(FEUILLE)), N3, FEUILLE, "lettre"),
    "gardé sans feuille": lambda: d.document_garde(_affichage(), N3, None, "lettre"),
    "en-tête": lambda: d.entete_affiche(_affichage(), N3, "lettre"),
    "en-tête, date en lettres": lambda: d.entete_affiche(
        _affichage(_COMPLET.replace("14/03/2024", "14 mars 2024")), N3, "lettre"
    ),
    "en-tête en capitales": lambda: d.entete_affiche(_affichage(texte_affiche(_COMPLET).upper()), N3, "lettre"),
    "corps par l'empreinte": lambda: d.corps_n1_affiche(
        _affichage("", d._empreinte_du_corps(N1)), N1, ("Repère 42",), "lettre"
    ),
    "corps en texte": lambda: d.corps_n1_affiche(_affichage("… Repère  42 …"), N1, ("Repère 42",), "lettre"),
    "récit": lambda: d.recit_affiche(_affichage(), N3, "consultation"),
    "récit coupé par des balises": lambda: d.recit_affiche(
        _affichage(_COMPLET.replace("Allergie", "<b>All</b>ergie")), N3, "consultation"
    ),
    "feuille du producteur": lambda: d.feuille_appliquee(_affichage(), _MARQUE, producteur=True, quoi="c"),
    "feuille du logiciel": lambda: d.feuille_appliquee(
        _affichage(_COMPLET.replace(_MARQUE, "")), _MARQUE, producteur=False, quoi="c"
    ),
    "feuille complète": lambda: d.feuille_complete(N3, FEUILLE, [("Famille", "Diabète")], "c"),
    "feuille XSLT 3": lambda: d.feuille_complete(N3, _SAXON, [("Famille", "Diabète")], "c"),
    "heure montrée en temps universel, la veille": lambda: tri_documents.documents_tries(
        [{**_LISTE[0], "date_creation": "2024-03-13T23:04:00+00:00"}, _LISTE[1]],
        "type_code",
        {**_CDAS, "A": N3.replace(b"20240314102000+0000", b"20240314000400+0100")},
        _ORIGINES,
    ),
    "tri croissant": lambda: tri_documents.documents_tries(_LISTE, "date_creation", _CDAS, _ORIGINES),
    "tri décroissant": lambda: tri_documents.documents_tries(_LISTE[::-1], "type_code", _CDAS, _ORIGINES),
    "autre document dans la liste": lambda: tri_documents.documents_tries(
        [{"document_id": "Z"}, *_LISTE], "type_code", _CDAS, _ORIGINES
    ),
    "doublon signalé": lambda: _signale(_LOCAL),
    "doublon montré par son identifiant": lambda: _signale({**_LOCAL, "contenu_sha256": None}),
    "document du DMP seul": lambda: doublons_documents.absence_de_doublon(
        {"contenu_sha256": _sha(N1).upper()}, N1, "conseil"
    ),
    "une fois": lambda: doublons_documents.integre_une_fois(["A"], ["A"], "refuse", "lettre"),
}
MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "CDA refait": ("DOC-STOCK-01", lambda: d.document_garde(_affichage(cda=N1), N3, None, "lettre")),
    "feuille perdue": ("DOC-STOCK-02", lambda: d.document_garde(_affichage(), N3, FEUILLE, "lettre")),
    "en-tête absent": ("DOC-AFF-01", lambda: d.entete_affiche(_affichage("<p>Motif</p>"), N3, "lettre")),
    "date fausse": (
        "DOC-AFF-01",
        lambda: d.entete_affiche(_affichage(_COMPLET.replace("29/02/1984", "28/02/1984")), N3, "lettre"),
    ),
    "autre corps": ("DOC-AFF-02", lambda: d.corps_n1_affiche(_affichage("", _sha(b"x")), N1, ("Repère 42",), "l")),
    "sous-section absente": (
        "DOC-AFF-03",
        lambda: d.recit_affiche(_affichage(_COMPLET.replace("Diabète", "")), N3, "consultation"),
    ),
    "texte seulement dans un script": (
        "DOC-AFF-03",
        lambda: d.recit_affiche(
            _affichage(_COMPLET.replace("Diabète", "<script>Diabète</script>")), N3, "consultation"
        ),
    ),
    "mauvaise feuille": (
        "DOC-AFF-04",
        lambda: d.feuille_appliquee(_affichage(), _MARQUE, producteur=False, quoi="c"),
    ),
    "feuille partielle": (
        "DOC-FEUILLE-01",
        lambda: d.feuille_complete(
            N3, FEUILLE.replace(b'select="//c:section"', b"select=\"//c:section[c:code/@code='29299-5']\""), [], "c"
        ),
    ),
    "feuille illisible": ("DOC-FEUILLE-01", lambda: d.feuille_complete(N3, b"<xsl:stylesheet", [], "c")),
    "désordre": (
        "DOC-TRI-01",
        lambda: tri_documents.documents_tries(
            [_LISTE[1], {**_LISTE[0], "document_id": "C", "date_creation": "2024-03-16"}, _LISTE[0]],
            "date_creation",
            {**_CDAS, "C": compte_rendu_structure(_IDENTITE, _AUTEUR, _STRUCTURE, _envoi(3, 16), _SECTIONS)},
            {**_ORIGINES, "C": "produit"},
        ),
    ),
    "document oublié": ("DOC-TRI-01", lambda: tri_documents.documents_tries(_LISTE[:1], "type_code", _CDAS, _ORIGINES)),
    "date d'intégration": (
        "DOC-TRI-02",
        lambda: tri_documents.documents_tries(
            [_LISTE[0], {**_LISTE[1], "date_creation": "2026-11-22"}], "type_code", _CDAS, _ORIGINES
        ),
    ),
    "code absent": (
        "DOC-TRI-02",
        lambda: tri_documents.documents_tries(
            [{**_LISTE[0], "type_code": ""}, _LISTE[1]], "type_code", _CDAS, _ORIGINES
        ),
    ),
    "doublon tu": ("DOC-DOUBLON-01", lambda: _signale(_LOCAL, ())),
    "doublon non dit": ("DOC-DOUBLON-01", lambda: _signale({**_LOCAL, "deja_integre": None})),
    "exemplaire distant": ("DOC-DOUBLON-02", lambda: _signale({**_LOCAL, "contenu_sha256": _sha(N1)})),
    "dit déjà là à tort": ("DOC-DOUBLON-01", lambda: doublons_documents.absence_de_doublon(_LOCAL, N1, "conseil")),
    "deux fois": ("DOC-DOUBLON-03", lambda: doublons_documents.integre_une_fois(["A"], ["A", "B"], "fait", "lettre")),
}
NON_CONCLUANTS: dict[str, Exemple] = {
    "sections non produites": lambda: d.feuille_complete(N3, FEUILLE, [("Autre", "absente")], "c"),
    "N1 sans section": lambda: d.recit_affiche(_affichage(), N1, "lettre"),
    "rien d'affiché": lambda: d.feuille_appliquee(_affichage(""), _MARQUE, producteur=False, quoi="c"),
    "clés égales": lambda: tri_documents.documents_tries(
        [_LISTE[0], {**_LISTE[0], "document_id": "C"}], "type_code", {"A": N3, "C": N3}, {"A": "", "C": ""}
    ),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Ce que la règle demande, et ses variantes légitimes, ne donnent que des constats conformes."""
    assert {c.verdict for c in en_liste(CONFORMES[nom]())} == {Verdict.CONFORME}


@pytest.mark.parametrize("nom", MANQUEMENTS)
def test_manquement(nom: str) -> None:
    """Chaque manquement est pris par sa règle, et par elle seule."""
    code, exemple = MANQUEMENTS[nom]
    assert {c.code for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME} == {code}


@pytest.mark.parametrize("nom", NON_CONCLUANTS)
def test_non_concluant(nom: str) -> None:
    """Ce qui ne peut rien prouver ne prouve rien."""
    assert {c.verdict for c in en_liste(NON_CONCLUANTS[nom]())} == {Verdict.NON_CONCLUANT}


def test_a_regarder() -> None:
    """Un CDA gardé non dit, une feuille non fournie, une date illisible : une personne regarde."""
    dates = [_LISTE[0], {**_LISTE[1], "date_creation": "hier"}]
    for constats in (
        d.document_garde(d.Affichage(_COMPLET), N3, None, "lettre"),
        d.document_garde(d.Affichage(_COMPLET), N3, FEUILLE, "lettre"),
        [d.feuille_complete(N3, None, [], "c")],
        [
            c
            for c in tri_documents.documents_tries(dates, "type_code", _CDAS, _ORIGINES)
            if c.verdict is not Verdict.CONFORME
        ],
    ):
        assert {c.verdict for c in constats} == {Verdict.A_VERIFIER}


def test_sections_imbriquees() -> None:
    """Les sous-sections comptent, dans l'ordre du document."""
    assert [s.titre for s in sections(N3)] == ["Motif", "Antécédents", "Famille"]


@pytest.mark.parametrize(
    "feuille", [b"", b"<a/>", b"<xsl:stylesheet xmlns:xsl='http://www.w3.org/1999/XSL/Transform'/>x"]
)
def test_feuille_inapplicable(feuille: bytes) -> None:
    """Ce qui n'est pas une feuille de style est dit, jamais une trace Python."""
    with pytest.raises(FeuilleInapplicable):
        appliquer(feuille, N3)


@pytest.mark.parametrize("version", [b"1.0", b"3.0"])
def test_feuille_sans_acces(tmp_path: Path, version: bytes) -> None:
    """Une feuille de style ne lit aucun fichier, quel que soit le moteur."""
    fichier = tmp_path / "secret.xml"
    fichier.write_text("<s>MARQUEUR-SECRET</s>", encoding="utf-8")
    curieuse = FEUILLE.replace(
        b'select="c:ClinicalDocument/c:title"', f"select=\"document('{fichier.as_uri()}')\"".encode()
    ).replace(b'version="1.0" xmlns:xsl', b'version="' + version + b'" xmlns:xsl')
    try:
        rendu = appliquer(curieuse, N3)
    except FeuilleInapplicable:
        return
    assert "MARQUEUR-SECRET" not in rendu
