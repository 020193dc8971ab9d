"""Documents reçus : chaque règle suivie et enfreinte, recalculée de CDA fabriqués ; variantes admises."""

from __future__ import annotations

import re as regex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.mssante.courriels import LABORATOIRE_VOISIN, Envoi
from simulators.mssante.courriels.modele import BIOLOGIE, LETTRE
from simulators.mssante.courriels.resultats import ResultatBio
from simulators.socle.identites import fabriquer_identite
from steps.verifications.documents_recus import listes as li
from steps.verifications.documents_recus import rattachement as ra
from steps.verifications.documents_recus import resultats as re
from steps.verifications.documents_recus import signes as si
from steps.verifications.documents_recus.attendus import lire_compte_rendu, lire_enveloppe, nombre
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas

PATIENT = fabriquer_identite("documents reçus", nom_naissance="D'ÉTRETAT-LE GALL")
INSTANT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
ENVOI = Envoi(PATIENT, "medecin@cabinet.formation.mssante.fr", LABORATOIRE_VOISIN, INSTANT, "essai")
OU = "essai"
TOUS = ["interpretation", "commentaire", "hors_intervalle"]


def _cr(*resultats: ResultatBio, commentaire: str = "") -> bytes:
    return ENVOI.document(BIOLOGIE, resultats=resultats, commentaire=commentaire, sortie=("01", "Domicile")).cda


def _r(valeur: str = "140", **options: Any) -> ResultatBio:
    return ResultatBio("2951-2", "Sodium", valeur, options.pop("unite", "mmol/L"), **options)


def _montre(valeur: str, unite: str = "mmol/L", code: str = "2951-2") -> list[dict[str, str]]:
    return [{"code": code, "valeur": valeur, "unite": unite}]


NU = _cr(_r())
HAUT = _cr(_r("150", interpretation="H"))
CRITIQUE = _cr(_r(), _r("165", interpretation="HH"))
DEUX = _cr(_r("5.3", autre=("0.95", "g/L")))
ECART = _cr(_r("146", intervalle=("136", "145")))
BORNE = _cr(_r("145.0", intervalle=("136", "145")))
ECART_PARMI = _cr(_r("140", intervalle=("136", "145")), _r("146", intervalle=("136", "145")))
COMMENTE, ANNOTE = _cr(_r(commentaire="à recontrôler")), _cr(_r(), commentaire="profil stable")
PLAQUETTES = _cr(_r("214", unite="10*9/L"))
LETTRE_RECUE = ENVOI.document(LETTRE, sortie=("01", "Retour au domicile")).cda

RESULTATS: list[Cas] = [
    ("intégré", re.R_INTEGRE, OUI, lambda: re.resultats_integres(NU, _montre("140"))),
    ("virgule et zéro", re.R_INTEGRE, OUI, lambda: re.resultats_integres(NU, _montre("140,0"))),
    ("seconde unité", re.R_INTEGRE, OUI, lambda: re.resultats_integres(DEUX, _montre("0.95", "g/L"))),
    ("sans unité", re.R_INTEGRE, NON, lambda: re.resultats_integres(PLAQUETTES, _montre("214", ""))),
    ("unité écrite autrement", re.R_INTEGRE, VOIR, lambda: re.resultats_integres(PLAQUETTES, _montre("214", "G/L"))),
    ("autre valeur", re.R_INTEGRE, NON, lambda: re.resultats_integres(NU, _montre("14"))),
    ("autre analyse", re.R_INTEGRE, NON, lambda: re.resultats_integres(NU, _montre("140", code="718-7"))),
    ("non structuré", re.R_INTEGRE, RIEN, lambda: re.resultats_integres(LETTRE_RECUE, [])),
    (
        "deux unités",
        re.R_UNITE_CHOISIE,
        OUI,
        lambda: re.unite_choisie(DEUX, {"mmol/L": _montre("5.3"), "g/L": _montre("0,95", "g/L")}),
    ),
    ("unité sans valeur", re.R_UNITE_CHOISIE, NON, lambda: re.unite_choisie(DEUX, {"g/L": _montre("5.3", "g/L")})),
    ("unité perdue", re.R_UNITE_CHOISIE, NON, lambda: re.unite_choisie(DEUX, {"g/L": _montre("5.3")})),
    (
        "unité choisie, écrite autrement",
        re.R_UNITE_CHOISIE,
        VOIR,
        lambda: re.unite_choisie(DEUX, {"g/L": _montre("0.95", "g/l")}),
    ),
    ("une seule unité", re.R_UNITE_CHOISIE, RIEN, lambda: re.unite_choisie(NU, {"mmol/L": _montre("140")})),
    ("critique", si.R_CRITIQUE, OUI, lambda: si.critique_annonce(CRITIQUE, ["critique"], "x")),
    ("critique tu", si.R_CRITIQUE, NON, lambda: si.critique_annonce(CRITIQUE, ["interpretation"], "x")),
    (
        "critique, par une alerte",
        si.R_CRITIQUE,
        OUI,
        lambda: si.critique_annonce(CRITIQUE, [], "x", "d", [{"document_id": "d"}]),
    ),
    (
        "alerte d'un autre",
        si.R_CRITIQUE,
        NON,
        lambda: si.critique_annonce(CRITIQUE, [], "x", "d", [{"document_id": "e"}, {"texte": "Sodium"}]),
    ),
    (
        "hors de la liste, mais une alerte y mène",
        si.R_CRITIQUE,
        OUI,
        lambda: si.critique_annonce(CRITIQUE, None, "x", "d", [{"document_id": "d"}]),
    ),
    ("hors de la liste", si.R_CRITIQUE, NON, lambda: si.critique_annonce(CRITIQUE, None, "x")),
    ("normal", si.R_CRITIQUE_PROPRE, OUI, lambda: si.critique_annonce(NU, [], "x")),
    ("normal, dit critique", si.R_CRITIQUE_PROPRE, NON, lambda: si.critique_annonce(NU, ["critique"], "x")),
    ("anormal, dit critique", si.R_CRITIQUE_PROPRE, VOIR, lambda: si.critique_annonce(HAUT, ["critique"], "x")),
    ("interprété", si.R_INTERPRETE, OUI, lambda: si.interpretation_annoncee(HAUT, ["interpretation"], "x", OU)),
    ("critique vaut", si.R_INTERPRETE, OUI, lambda: si.interpretation_annoncee(CRITIQUE, ["critique"], "x", OU)),
    ("commenté", si.R_INTERPRETE, OUI, lambda: si.interpretation_annoncee(COMMENTE, ["commentaire"], "x", OU)),
    ("annoté, tu", si.R_INTERPRETE, NON, lambda: si.interpretation_annoncee(ANNOTE, [], "x", OU)),
    ("signe commun", si.R_INTERPRETE, VOIR, lambda: si.interpretation_annoncee(COMMENTE, ["interpretation"], "x", OU)),
    ("rien à dire", si.R_SANS_SIGNE, OUI, lambda: si.interpretation_annoncee(NU, [], "x", OU)),
    ("signe partout", si.R_SANS_SIGNE, NON, lambda: si.interpretation_annoncee(BORNE, TOUS, "x", OU)),
    ("critique, hors liste", si.R_CRITIQUE_PROPRE, RIEN, lambda: si.critique_annonce(NU, None, "x")),
    ("nu, hors liste", si.R_SANS_SIGNE, RIEN, lambda: si.interpretation_annoncee(NU, None, "x", OU)),
    ("normal, hors liste", si.R_SANS_SIGNE, RIEN, lambda: si.ecart_annonce(BORNE, None, "x", OU)),
    ("écart", si.R_HORS_INTERVALLE, OUI, lambda: si.ecart_annonce(ECART, ["hors_intervalle"], "x", OU)),
    ("écart tu", si.R_HORS_INTERVALLE, NON, lambda: si.ecart_annonce(ECART, ["interpretation"], "x", OU)),
    ("écart parmi d'autres", si.R_HORS_INTERVALLE, NON, lambda: si.ecart_annonce(ECART_PARMI, [], "x", OU)),
    ("borne atteinte", si.R_SANS_SIGNE, OUI, lambda: si.ecart_annonce(BORNE, [], "x", OU)),
    ("interprété sans intervalle", si.R_SANS_SIGNE, RIEN, lambda: si.ecart_annonce(HAUT, ["hors_intervalle"], "x", OU)),
    ("remplacé, absent", si.R_REMPLACE, OUI, lambda: si.mise_a_jour_montree(True, None, "x")),
    ("remplacé, distingué", si.R_REMPLACE, OUI, lambda: si.mise_a_jour_montree(True, ["supprime"], "x")),
    ("remplacé, actuel", si.R_REMPLACE, NON, lambda: si.mise_a_jour_montree(True, [], "x")),
    ("même entrée", si.R_REMPLACE, VOIR, lambda: si.mise_a_jour_montree(True, [], "x", meme_entree=True)),
    ("actuel", si.R_RESTE, OUI, lambda: si.mise_a_jour_montree(False, ["critique"], "x")),
    ("actuel, dit supprimé", si.R_RESTE, NON, lambda: si.mise_a_jour_montree(False, ["supprime"], "x")),
    ("actuel, disparu", si.R_RESTE, NON, lambda: si.mise_a_jour_montree(False, None, "x")),
]

SUITE = _cr(_r("139"))
AVANT = _cr(_r("131"), ResultatBio("718-7", "Hémoglobine", "10.9", "g/dL"))


def _trace(code: str, avant: str, libelle: str = "") -> dict[str, Any]:
    return {"detail": {"code": code, "libelle": libelle, "avant": avant}}


TRACES: list[Cas] = [
    (
        "tracés",
        re.R_TRACE,
        OUI,
        lambda: re.changements_traces(AVANT, SUITE, [_trace("2951-2", "131"), _trace("", "10,9 g/dL", "hémoglobine")]),
    ),
    ("ancienne valeur", re.R_TRACE_VALEUR, OUI, lambda: re.changements_traces(SUITE, NU, [_trace("2951-2", "139")])),
    ("sans valeur", re.R_TRACE_VALEUR, VOIR, lambda: re.changements_traces(SUITE, NU, [_trace("2951-2", "")])),
    ("sans trace", re.R_TRACE, NON, lambda: re.changements_traces(SUITE, NU, [_trace("718-7", "139")])),
    ("rien ne change", re.R_TRACE, RIEN, lambda: re.changements_traces(SUITE, SUITE, [])),
]


E = LABORATOIRE_VOISIN


def _ligne(**champs: Any) -> dict[str, Any]:
    pleine = {
        "titre": "Lettre de liaison",
        "date_creation": INSTANT.isoformat(),
        "patient": f"{PATIENT.prenoms[0]} D’Etretat-Le Gall",
        "auteurs": [f"Dr {E.prenom} {E.nom} ({E.structure})"],
        "version": "1",
        "actes": [f"{E.nom}, {E.structure}, ambulatoire"],
        "prise_en_charge": f"retour au domicile ; {E.nom} ; {E.structure}",
    }
    return pleine | champs


SANS_TITRE = regex.sub(rb"<title>[^<]*</title>", b"<title/>", LETTRE_RECUE)


DE_BERTHIER = replace(ENVOI, emetteur=replace(E, nom="BERTHIER")).document(LETTRE, sortie=("01", "Domicile")).cda
"""Le nom de son auteur ne se lit pas dans celui de sa structure."""


def _berthier(**champs: Any) -> list[Any]:
    return li.metadonnees_restituees(DE_BERTHIER, _ligne(**champs))


def _meta(**champs: Any) -> list[Any]:
    return li.metadonnees_restituees(LETTRE_RECUE, _ligne(**champs))


TARD = (INSTANT + timedelta(hours=2)).isoformat()
ICI = (INSTANT + timedelta(hours=1)).replace(tzinfo=None).isoformat()
JOURS = {"a": "2026-01", "b": "2026-02", "c": "2026-03"}
LISTES: list[Cas] = [
    *((f"{r.code} restituée", r, OUI, _meta) for r in (li.R_TITRE, li.R_DATE, li.R_PATIENT, li.R_AUTEUR)),
    *((f"{r.code} restituée", r, OUI, _meta) for r in (li.R_VERSION, li.R_ACTES, li.R_VENUE)),
    ("sans titre", li.R_TITRE, NON, lambda: _meta(titre="Document")),
    ("date de réception", li.R_DATE, NON, lambda: _meta(date_creation=TARD)),
    ("date sans fuseau", li.R_DATE, VOIR, lambda: _meta(date_creation=ICI)),
    ("autre patient", li.R_PATIENT, NON, lambda: _meta(patient="MARTIN Jeanne")),
    ("sans organisation", li.R_AUTEUR, NON, lambda: _meta(auteurs=[LABORATOIRE_VOISIN.nom + " seul"])),
    ("sans nom d'auteur", li.R_AUTEUR, NON, lambda: _berthier(auteurs=[E.structure])),
    ("sans nom d'exécutant", li.R_ACTES, NON, lambda: _berthier(actes=[f"{E.structure}, ambulatoire"])),
    ("document sans titre", li.R_TITRE, RIEN, lambda: li.metadonnees_restituees(SANS_TITRE, _ligne(titre=""))),
    ("autre version", li.R_VERSION, NON, lambda: _meta(version="2")),
    ("sans actes", li.R_ACTES, NON, lambda: _meta(actes=[])),
    ("sans sortie", li.R_VENUE, NON, lambda: _meta(prise_en_charge=LABORATOIRE_VOISIN.structure)),
    ("code d'un autre mot", li.R_VENUE, NON, lambda: _meta(prise_en_charge=f"2026-01-04, {E.nom}, {E.structure}")),
    ("code seul", li.R_VENUE, OUI, lambda: _meta(prise_en_charge=f"01 ; {E.nom} ; {E.structure}")),
    ("non lu", li.R_NON_LU, OUI, lambda: li.dans_les_non_lus("a", [{"document_id": "a"}], lu=False, quoi="x")),
    ("absent", li.R_NON_LU, NON, lambda: li.dans_les_non_lus("a", [], lu=False, quoi="x")),
    (
        "lu, dit lu",
        li.R_NON_LU,
        OUI,
        lambda: li.dans_les_non_lus("a", [{"document_id": "a", "lu": True}], lu=True, quoi="x"),
    ),
    (
        "lu, un autre reste",
        li.R_NON_LU,
        OUI,
        lambda: li.dans_les_non_lus("a", [{"document_id": "z"}], lu=True, quoi="x"),
    ),
    ("lu, encore là", li.R_NON_LU, NON, lambda: li.dans_les_non_lus("a", [{"document_id": "a"}], lu=True, quoi="x")),
    (
        "lu, encore là sous son premier nom",
        li.R_NON_LU,
        NON,
        lambda: li.dans_les_non_lus("b", [{"document_id": "a"}], lu=True, quoi="x", autres_noms=["a"]),
    ),
    ("proposé", li.R_OUVERTURE, OUI, lambda: li.propose_a_l_ouverture("a", [{"document_id": "a"}], False, "x")),
    ("accès annoncé", li.R_OUVERTURE, OUI, lambda: li.propose_a_l_ouverture("a", [], True, "x")),
    ("rien", li.R_OUVERTURE, NON, lambda: li.propose_a_l_ouverture("a", [{"document_id": "b"}], False, "x")),
    ("récents", li.R_RECENTS, OUI, lambda: li.ordre_de_la_liste("", JOURS, ["z", "c", "b", "a"])),
    ("anciens", li.R_RECENTS, NON, lambda: li.ordre_de_la_liste("", JOURS, ["a", "b", "c"])),
    ("derniers arrivés", li.R_RECENTS, VOIR, lambda: li.ordre_de_la_liste("", JOURS, ["a", "c", "b"], ["b", "c", "a"])),
    ("ordre d'arrivée", li.R_RECENTS, NON, lambda: li.ordre_de_la_liste("", JOURS, ["b", "c", "a"], ["b", "c", "a"])),
    ("deux seulement", li.R_TRI, RIEN, lambda: li.ordre_de_la_liste("date", {"a": "1", "b": "2"}, ["a", "b"])),
    ("trié", li.R_TRI, OUI, lambda: li.ordre_de_la_liste("date", JOURS, ["a", "b", "c"])),
    ("non trié", li.R_TRI, NON, lambda: li.ordre_de_la_liste("date", JOURS, ["b", "a", "c"])),
    ("rien à trier", li.R_TRI, RIEN, lambda: li.ordre_de_la_liste("date", JOURS, ["b"])),
    ("filtré", li.R_FILTRE, OUI, lambda: li.filtre_de_la_liste("date", ["a"], ["b"], ["a", "z"])),
    ("trop", li.R_FILTRE, NON, lambda: li.filtre_de_la_liste("date", ["a"], ["b"], ["a", "b"])),
    ("trop peu", li.R_FILTRE, NON, lambda: li.filtre_de_la_liste("date", ["a"], ["b"], [])),
]

FICHE = {
    "nom_naissance": PATIENT.nom_naissance,
    "premier_prenom_naissance": "ZÉPHYRINE",
    "date_naissance": PATIENT.date_naissance,
    "sexe": PATIENT.sexe,
}


def _traits(**champs: Any) -> list[dict[str, Any]]:
    document = FICHE | {"premier_prenom_naissance": PATIENT.prenoms[0]}
    return [
        {"champ": c, "document": document[c], "patient": FICHE[c], "identique": document[c] == FICHE[c]} | champs
        for c in FICHE
    ]


NE_EN_1950 = regex.sub(rb'<birthTime value="[0-9]+"', b'<birthTime value="1950"', LETTRE_RECUE)
EN_1950 = FICHE | {"date_naissance": "1950"}


def _ne_en_1950() -> list[dict[str, Any]]:
    return [ligne | {"document": "1950", "patient": "1950"} if ligne["champ"] == "date_naissance" else ligne
            for ligne in _traits()]  # fmt: skip


def _classe(**montre: Any) -> Any:
    return ra.classe_avec_ses_metadonnees(LETTRE_RECUE, montre)


RATTACHEMENTS: list[Cas] = [
    ("en regard", ra.R_COMPARE, OUI, lambda: ra.traits_compares(LETTRE_RECUE, FICHE, _traits())),
    ("rien en regard", ra.R_COMPARE, NON, lambda: ra.traits_compares(LETTRE_RECUE, FICHE, _traits(document="?"))),
    ("nom oublié", ra.R_COMPARE, NON, lambda: ra.traits_compares(LETTRE_RECUE, FICHE, _traits()[1:])[:1]),
    ("né une année, sans jour", ra.R_COMPARE, OUI, lambda: ra.traits_compares(NE_EN_1950, EN_1950, _ne_en_1950())),
    ("différence dite", ra.R_DIFFERENCE, OUI, lambda: ra.traits_compares(LETTRE_RECUE, FICHE, _traits())),
    ("tout identique", ra.R_DIFFERENCE, NON, lambda: ra.traits_compares(LETTRE_RECUE, FICHE, _traits(identique=True))),
    ("bon dossier", ra.R_BON_DOSSIER, OUI, lambda: ra.au_bon_dossier("a", ["a"], ["b"])),
    ("autre dossier", ra.R_BON_DOSSIER, NON, lambda: ra.au_bon_dossier("a", [], ["a"])),
    ("deux dossiers", ra.R_BON_DOSSIER, NON, lambda: ra.au_bon_dossier("a", ["a"], ["a"])),
    ("classé", ra.R_METADONNEES, OUI, lambda: _classe(type_code="11490-0", date_creation=INSTANT.isoformat())),
    ("date du jour", ra.R_METADONNEES, NON, lambda: _classe(type_code="11490-0", date_creation=TARD)),
    ("sans fuseau", ra.R_METADONNEES, VOIR, lambda: _classe(type_code="11490-0", date_creation=ICI)),
    ("sans type", ra.R_METADONNEES, NON, lambda: _classe(date_creation=INSTANT.isoformat())),
    ("sans date", ra.R_METADONNEES, NON, lambda: _classe(type_code="11490-0")),
]
TABLES = [*RESULTATS, *TRACES, *LISTES, *RATTACHEMENTS]


@pytest.mark.parametrize("cas", TABLES, ids=[f"{c[1].code} {c[0]}" for c in TABLES])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint ; celle qui s'en remet à une personne n'en a pas."""
    manquent = {code for module in (re, si, li, ra) for code in regles_sans_cas(module, TABLES)}
    assert manquent == {si.R_STRUCTURATIONS.code}


def test_lecture_d_un_compte_rendu() -> None:
    """Interprétation, intervalle, commentaire cité ou général, seconde unité : tels qu'écrits."""
    lu = lire_compte_rendu(
        _cr(_r("5.3", autre=("0.95", "g/L"), intervalle=("3", ""), commentaire="c"), commentaire="g")
    )
    assert (lu.commentaire, lu.resultats[0].commentaire) == ("g", "c")
    assert lu.resultats[0].mesures == (("5.3", "mmol/L"), ("0.95", "g/L"))
    assert (lu.resultats[0].bas, lu.resultats[0].haut, lu.normal, lu.commente) == ("3", "", True, True)
    assert lire_compte_rendu(LETTRE_RECUE).resultats == ()


def test_lecture_de_l_enveloppe() -> None:
    """La profession de l'exécutant n'est pas l'acte ; le type de sortie est de la prise en charge."""
    lue = lire_enveloppe(LETTRE_RECUE)
    assert ("Ambulatoire", "AMBULATOIRE") in lue.actes[0]
    assert all("Médecin" not in forme for mots in lue.actes[0] for forme in mots)
    assert ("Retour au domicile", "01") in lue.prise_en_charge


@pytest.mark.parametrize("texte", ["", "négatif", "NaN", "Infinity", "1 2"])
def test_ce_qui_n_est_pas_un_nombre(texte: str) -> None:
    assert nombre(texte) is None
