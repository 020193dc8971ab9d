"""Règles d'identité : un cas respecté, un cas enfreint, les variantes admises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from steps.verifications import affichage, identite, modifications_identite
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas
from tests.steps.test_regles_conduite import CONDUITE as DITES_AILLEURS

DEBUT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
FIN = DEBUT + timedelta(minutes=2)
MATRICULE = "290129999900192"
FICHE = {"nom_naissance": "D'ÉTÉ", "sexe": "F", "matricule_ins": None, "telephone": ""}


def historique(**choix: Any) -> list[dict[str, Any]]:
    """Un historique d'un changement, dont un champ peut différer."""
    ligne = {"statut_anterieur": "PROV", "statut": "VALI", "horodatage": DEBUT.isoformat(), "responsable": "dupont"}
    return [{**ligne, **choix}]


def historise(changements: list[dict[str, Any]]) -> Any:
    """Le changement PROV → VALI fait par dupont pendant le scénario."""
    return identite.changement_historise(
        changements, anterieur="PROV", nouveau="VALI", responsable="dupont", debut=DEBUT, fin=FIN
    )


def champ(nom: str, libelle: str = "", valeur: str = "X", affiche: bool = True, verrou: bool = False) -> dict[str, Any]:
    """Un champ de la fiche, tel que montré."""
    return {"champ": nom, "libelle": libelle, "valeur": valeur, "affiche": affiche, "verrou_visible": verrou}


QUATRE = [champ(n) for n in ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe")]
NSS = "numero_securite_sociale"
PARIS = timezone(timedelta(hours=1))

a, i, m = affichage, identite, modifications_identite
IDENTITE: list[Cas] = [
    ("dix champs", i.R_CHAMPS, OUI, lambda: i.champs_enregistres(FICHE, {"sexe": "F"})),
    ("valeur autre", i.R_CHAMPS, NON, lambda: i.champs_enregistres(FICHE, {"sexe": "M"})),
    ("champ absent", i.R_CHAMPS, NON, lambda: i.champs_enregistres(FICHE, {"oid_ins": "1.2"})),
    ("nom entier", i.R_CARACTERES_ADMIS, OUI, lambda: i.nom_garde_entier("nom", "A-B D'E", "A-B D'E")),
    ("nom coupé", i.R_CARACTERES_ADMIS, NON, lambda: i.nom_garde_entier("nom", "X" * 54, "X" * 50)),
    ("nom refusé", i.R_CARACTERES_ADMIS, NON, lambda: i.nom_garde_entier("nom", "X", None, refus="echec")),
    ("nom perdu", i.R_CARACTERES_ADMIS, NON, lambda: i.nom_garde_entier("nom", "X", None)),
    ("saisie refusée", i.R_CARACTERES_REFUSES, OUI, lambda: i.caracteres_refuses("nom", "Été", "refuse", None)),
    ("mise en capitales", i.R_CARACTERES_REFUSES, OUI, lambda: i.caracteres_refuses("nom", "Été", "fait", "ETE")),
    ("accent gardé", i.R_CARACTERES_REFUSES, NON, lambda: i.caracteres_refuses("nom", "Été", "fait", "ÉTÉ")),
    ("minuscule gardée", i.R_CARACTERES_REFUSES, NON, lambda: i.caracteres_refuses("nom", "ete", "fait", "Ete")),
    (
        "saut de ligne gardé",
        i.R_CARACTERES_REFUSES,
        NON,
        lambda: i.caracteres_refuses("nom", "Été", "fait", "ETE\n"),
    ),
    (
        "NSS distinct",
        a.R_NIR_SOINS,
        OUI,
        lambda: a.numero_securite_sociale_distinct(
            [champ("matricule_ins", "INS"), champ(NSS, "N° de sécurité sociale (inscrit)")]
        ),
    ),
    (
        "libellé INS",
        a.R_NIR_SOINS,
        NON,
        lambda: a.numero_securite_sociale_distinct([champ("matricule_ins"), champ(NSS, "N° SS / ins")]),
    ),
    ("champ unique", a.R_NIR_SOINS, VOIR, lambda: a.numero_securite_sociale_distinct([champ(NSS, "NIR")])),
    (
        "matricule dans le NSS",
        a.R_NIR_SOINS,
        NON,
        lambda: a.numero_securite_sociale_distinct(
            [champ("matricule_ins"), champ(NSS, "NSS", "2 90 12 99 999 001")], MATRICULE
        ),
    ),
    ("pas de NSS", a.R_NIR_SOINS, VOIR, lambda: a.numero_securite_sociale_distinct([champ("matricule_ins")])),
    ("autre nom", i.R_CARACTERES_REFUSES, VOIR, lambda: i.caracteres_refuses("nom", "Été", "fait", "PRINTEMPS")),
    ("création permise", i.R_CHAMPS, OUI, lambda: i.champs_enregistrables("fait", "f", {"nom_utilise": "B"})),
    ("création refusée", i.R_CHAMPS, NON, lambda: i.champs_enregistrables("refuse", "r", {"nom_utilise": "B"})),
    ("statut", i.R_STATUT, OUI, lambda: i.statut_attendu("QUAL", "QUAL", "ensuite")),
    ("l'un des statuts", i.R_STATUT, OUI, lambda: i.statut_attendu("VALI", ("PROV", "VALI"), "ensuite")),
    ("autre statut", i.R_STATUT, NON, lambda: i.statut_attendu("VALI", "QUAL", "ensuite")),
    ("pas de statut", i.R_STATUT, NON, lambda: i.statut_attendu(None, ("PROV",), "ensuite")),
    ("historisé", i.R_HISTORIQUE, OUI, lambda: historise(historique())),
    (
        "heure de Paris",
        i.R_HISTORIQUE,
        OUI,
        lambda: historise(historique(horodatage=DEBUT.astimezone(PARIS).isoformat())),
    ),
    (
        "à une minute près",
        i.R_HISTORIQUE,
        OUI,
        lambda: historise(historique(horodatage=(FIN + timedelta(seconds=59)).isoformat())),
    ),
    ("rien", i.R_HISTORIQUE, NON, lambda: historise([])),
    ("statut antérieur perdu", i.R_HISTORIQUE, NON, lambda: historise(historique(statut_anterieur=None))),
    ("autre responsable", i.R_HISTORIQUE, NON, lambda: historise(historique(responsable="martin"))),
    (
        "date d'hier",
        i.R_HISTORIQUE,
        NON,
        lambda: historise(historique(horodatage=(DEBUT - timedelta(days=1)).isoformat())),
    ),
    ("date illisible", i.R_HISTORIQUE, NON, lambda: historise(historique(horodatage="hier"))),
    ("INS retirée", i.R_SANS_MATRICULE, OUI, lambda: i.sans_matricule({"matricule_ins": "", "oid_ins": None}, "")),
    ("OID resté", i.R_SANS_MATRICULE, NON, lambda: i.sans_matricule({"oid_ins": "1.2"}, "après KO")),
    ("matricule resté", i.R_SANS_MATRICULE, NON, lambda: i.sans_matricule({"matricule_ins": "1"}, "après KO")),
    ("traits d'INSi", i.R_TRAITS_INSI, OUI, lambda: i.traits_d_insi(FICHE, {"sexe": "F"})),
    ("trait gardé", i.R_TRAITS_INSI, NON, lambda: i.traits_d_insi(FICHE, {"nom_naissance": "ETE"})),
    (
        "inchangée, vide ou nul",
        m.R_TRAITS_INCHANGES,
        OUI,
        lambda: m.identite_inchangee(FICHE, {**FICHE, "matricule_ins": "", "telephone": None}, ""),
    ),
    (
        "champ ajouté",
        m.R_TRAITS_INCHANGES,
        NON,
        lambda: m.identite_inchangee(FICHE, {**FICHE, "matricule_ins": MATRICULE}, ""),
    ),
    ("champ effacé", m.R_TRAITS_INCHANGES, NON, lambda: m.identite_inchangee(FICHE, {"sexe": "F"}, "")),
    ("verrouillé", m.R_VERROU, OUI, lambda: m.champ_verrouille("sexe", "F", "F", "refuse", "x")),
    ("modifié", m.R_VERROU, NON, lambda: m.champ_verrouille("sexe", "F", "M", "refuse", "x")),
    ("annoncé fait", m.R_VERROU, NON, lambda: m.champ_verrouille("sexe", "F", "F", "fait", "x")),
    (
        "signalé",
        a.R_VERROU_VISIBLE,
        OUI,
        lambda: a.verrou_visible([champ("sexe", verrou=True)], ["sexe"], verrouille=True),
    ),
    (
        "libre montré libre",
        a.R_VERROU_VISIBLE,
        OUI,
        lambda: a.verrou_visible([champ("sexe")], ["sexe"], verrouille=False),
    ),
    ("non signalé", a.R_VERROU_VISIBLE, NON, lambda: a.verrou_visible([champ("sexe")], ["sexe"], verrouille=True)),
    (
        "signalé à tort",
        a.R_VERROU_VISIBLE,
        NON,
        lambda: a.verrou_visible([champ("sexe", verrou=True)], ["sexe"], verrouille=False),
    ),
    ("hors de l'écran", a.R_VERROU_VISIBLE, VOIR, lambda: a.verrou_visible([], ["sexe"], verrouille=True)),
    ("refus dit", m.R_VERROU, OUI, lambda: m.champ_verrouille("sexe", "F", "F", "fait", "x", ["sexe"])),
    (
        "téléphone groupé",
        m.R_TRAITS_LIBRES,
        OUI,
        lambda: m.trait_complementaire_modifie("telephone", "0102030405", "+33 1 02 03 04 05", "fait"),
    ),
    ("libre", m.R_TRAITS_LIBRES, OUI, lambda: m.trait_complementaire_modifie("nom_utilise", "B", "B", "fait")),
    ("refusé", m.R_TRAITS_LIBRES, NON, lambda: m.trait_complementaire_modifie("nom_utilise", "B", "A", "refuse")),
    ("sans effet", m.R_TRAITS_LIBRES, NON, lambda: m.trait_complementaire_modifie("nom_utilise", "B", "A", "fait")),
    ("habilité", m.R_MODIFICATION, OUI, lambda: m.modification_faite("sexe", "M", "M", "x")),
    ("empêché", m.R_MODIFICATION, NON, lambda: m.modification_faite("sexe", "M", "F", "x")),
    ("attribut", i.R_ATTRIBUT, OUI, lambda: i.attribut_enregistre(["fictif", "douteux"], "douteux")),
    ("attribut perdu", i.R_ATTRIBUT, NON, lambda: i.attribut_enregistre([], "douteux")),
    ("quatre champs", a.R_AFFICHAGE, OUI, lambda: a.champs_toujours_affiches(QUATRE, "")),
    (
        "valeur du patient",
        a.R_AFFICHAGE,
        OUI,
        lambda: a.champs_toujours_affiches([*QUATRE[:3], champ("sexe", valeur="Féminin")], "", {"sexe": "F"}),
    ),
    ("valeur d'un autre", a.R_AFFICHAGE, NON, lambda: a.champs_toujours_affiches(QUATRE, "", {"nom_naissance": "B"})),
    ("masqué", a.R_AFFICHAGE, NON, lambda: a.champs_toujours_affiches([*QUATRE[:3], champ("sexe", affiche=False)], "")),
    (
        "affiché vide",
        a.R_AFFICHAGE,
        NON,
        lambda: a.champs_toujours_affiches([*QUATRE[:3], champ("sexe", valeur=" ")], ""),
    ),
    ("écran vide", a.R_AFFICHAGE, NON, lambda: a.champs_toujours_affiches([], "")),
    *(
        (
            libelle,
            a.R_AFFICHAGE_LIBELLE,
            OUI,
            lambda nom=nom, libelle=libelle: a.libelles_sans_equivoque([champ(nom, libelle)]),
        )
        for nom, libelle in (
            ("nom_naissance", "Nom de naissance :"),
            ("nom_naissance", "N. NAIS."),
            ("premier_prenom_naissance", "1ᵉʳ prénom de naissance"),
            ("date_naissance", "DDN"),
            ("sexe", "Sexe"),
            ("code_lieu_naissance", "INSEE nais."),
        )
    ),
    (
        "libellé d'un autre",
        a.R_AFFICHAGE_LIBELLE,
        NON,
        lambda: a.libelles_sans_equivoque([champ("nom_naissance", "Nom utilisé")]),
    ),
    ("libellé vide", a.R_AFFICHAGE_LIBELLE, NON, lambda: a.libelles_sans_equivoque([champ("sexe", " : ")])),
    ("libellé inconnu", a.R_AFFICHAGE_LIBELLE, VOIR, lambda: a.libelles_sans_equivoque([champ("sexe", "Genre")])),
    (
        "rien d'affiché",
        a.R_AFFICHAGE_LIBELLE,
        RIEN,
        lambda: a.libelles_sans_equivoque([champ("sexe", "Sexe", affiche=False)]),
    ),
    ("affichable", a.R_AFFICHAGE_PARAMETRE, OUI, lambda: a.champs_affichables(["a", "b"], ["b"])),
    ("jamais affiché", a.R_AFFICHAGE_PARAMETRE, NON, lambda: a.champs_affichables(["a"], ["a", "b"])),
    ("NIR", a.R_NATURE_MATRICULE, OUI, lambda: a.nature_du_matricule(f"{MATRICULE} (NIR)", MATRICULE, "1.2")),
    (
        "avec espaces",
        a.R_NATURE_MATRICULE,
        OUI,
        lambda: a.nature_du_matricule("2 90 12 99 999 001 92\u202fnia", MATRICULE, "1.2.250.1.213.1.4.9"),
    ),
    ("sans nature", a.R_NATURE_MATRICULE, NON, lambda: a.nature_du_matricule(MATRICULE, MATRICULE, "1.2")),
    ("autre champ", a.R_NATURE_MATRICULE, VOIR, lambda: a.nature_du_matricule(MATRICULE, MATRICULE, "1.2", ["NIR"])),
    ("autre nature", a.R_NATURE_MATRICULE, NON, lambda: a.nature_du_matricule(f"{MATRICULE} NIA", MATRICULE, "1.2")),
    ("tronqué", a.R_NATURE_MATRICULE, NON, lambda: a.nature_du_matricule(f"{MATRICULE[:13]} NIR", MATRICULE, "1.2")),
    ("nature avant", a.R_NATURE_MATRICULE, NON, lambda: a.nature_du_matricule(f"NIR {MATRICULE}", MATRICULE, "1.2")),
    ("JJ/MM/AAAA", a.R_DATE_LISIBLE, OUI, lambda: a.date_lisible("31/12/1990", "31/12/1990")),
    ("avec l'âge", a.R_DATE_LISIBLE, OUI, lambda: a.date_lisible("31/12/1990 (35 ans)", "31/12/1990")),
    ("AAAA-MM-JJ", a.R_DATE_LISIBLE, NON, lambda: a.date_lisible("1990-12-31", "31/12/1990")),
]


@pytest.mark.parametrize("cas", IDENTITE, ids=lambda cas: f"{cas[1].code} {cas[0]}")
def test_regle(cas: Cas) -> None:
    """La règle est respectée ou enfreinte comme le cas le dit."""
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Aucune règle sans un exemple respecté et un exemple enfreint."""
    assert not regles_sans_cas(affichage, IDENTITE)
    for module in (identite, modifications_identite):
        assert not regles_sans_cas(module, [*IDENTITE, *DITES_AILLEURS])
