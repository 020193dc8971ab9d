"""Ce que le logiciel permet, empêche, signale, retrouve : cas respectés, enfreints, variantes admises."""

from __future__ import annotations

from typing import Any

import pytest

from steps.verifications import appels_insi, creation_identite, donnees_en_attente, parametrage, recherche
from steps.verifications.appels_insi import R_BLOCAGE_INSI
from steps.verifications.parametrage import R_DROIT_INS, R_DROIT_INSI, droit_applique
from tests.steps.tables import NON, OUI, VOIR, Cas, juger, regles_sans_cas

MATRICULE = "290129999900192"

r = recherche
RECHERCHE: list[Cas] = [
    ("tous", r.R_RESULTATS, OUI, lambda: r.patients_rendus(["a", "b", "z"], ["a", "b"], ["c"], "x")),
    ("un manque", r.R_RESULTATS, NON, lambda: r.patients_rendus(["a"], ["a", "b"], ["c"], "x")),
    ("précis", r.R_PRECISION, OUI, lambda: r.patients_rendus(["a", "z"], ["a"], ["c"], "x")),
    ("un intrus", r.R_PRECISION, NON, lambda: r.patients_rendus(["a", "c"], ["a"], ["c"], "x")),
    ("intrus sans attendu", r.R_PRECISION, NON, lambda: r.patients_rendus(["c"], ["a"], ["c"], "x")),
    ("graphie", r.R_INSENSIBLE, OUI, lambda: r.retrouve_malgre_la_graphie(["a", "b"], "a", "ETE", "ÉTÉ")),
    ("graphie ratée", r.R_INSENSIBLE, NON, lambda: r.retrouve_malgre_la_graphie([], "a", "ETE", "ÉTÉ")),
    ("matricule", r.R_MATRICULE_TROUVE, OUI, lambda: r.retrouve_par_matricule(["a", "a"], "a")),
    ("matricule, deux", r.R_MATRICULE_TROUVE, NON, lambda: r.retrouve_par_matricule(["a", "b"], "a")),
    ("matricule, rien", r.R_MATRICULE_TROUVE, NON, lambda: r.retrouve_par_matricule([], "a")),
    (
        "clé fausse refusée",
        r.R_MATRICULE_CONTROLE,
        OUI,
        lambda: r.matricule_incomplet_refuse("refuse", [], "1", "court"),
    ),
    (
        "message sans refus",
        r.R_MATRICULE_CONTROLE,
        VOIR,
        lambda: r.matricule_incomplet_refuse("fait", [], "1", "court", ["clé invalide"]),
    ),
    (
        "clé fausse cherchée",
        r.R_MATRICULE_CONTROLE,
        NON,
        lambda: r.matricule_incomplet_refuse("fait", ["a"], "1", "court"),
    ),
]


JUSTIFICATIFS = [{"nature": "passeport", "haut_niveau_confiance": True}]
ECART = {"prenoms_naissance": ("ANNE", "ANNE ROSE")}
MONTRE = [{"champ": "prenoms_naissance", "local": "ANNE", "retourne": "ANNE ROSE"}]


def integration(integre: Any, documents: list[str], *, attendu: bool, messages: tuple[str, ...] = ("retenue",)) -> Any:
    """Une donnée reçue, au dossier ou non."""
    return donnees_en_attente.integration_du_document(
        integre=integre, documents=documents, attendu=attendu, messages=messages
    )


CONDUITE: list[Cas] = [
    (
        "création refusée",
        creation_identite.R_CREATION_REFUSEE,
        OUI,
        lambda: creation_identite.creation_sans_trait_refusee("sexe", "refuse", "r"),
    ),
    (
        "création permise",
        creation_identite.R_CREATION_REFUSEE,
        NON,
        lambda: creation_identite.creation_sans_trait_refusee("sexe", "fait", "f"),
    ),
    (
        "cinq traits",
        creation_identite.R_CREATION_ADMISE,
        OUI,
        lambda: creation_identite.creation_minimale_admise("fait", "f"),
    ),
    (
        "cinq traits refusés",
        creation_identite.R_CREATION_ADMISE,
        NON,
        lambda: creation_identite.creation_minimale_admise("refuse", "r"),
    ),
    (
        "32 refusé",
        creation_identite.R_DATE,
        OUI,
        lambda: creation_identite.date_de_naissance("1990-01-32", possible=False, resultat="refuse", recu="r"),
    ),
    (
        "32 accepté",
        creation_identite.R_DATE,
        NON,
        lambda: creation_identite.date_de_naissance("1990-01-32", possible=False, resultat="fait", recu="f"),
    ),
    (
        "31 accepté",
        creation_identite.R_DATE_ADMISE,
        OUI,
        lambda: creation_identite.date_de_naissance("1990-01-31", possible=True, resultat="fait", recu="f"),
    ),
    (
        "31 refusé",
        creation_identite.R_DATE_ADMISE,
        NON,
        lambda: creation_identite.date_de_naissance("1990-01-31", possible=True, resultat="refuse", recu="r"),
    ),
    ("bloqué", R_BLOCAGE_INSI, OUI, lambda: appels_insi.aucun_appel_insi([], "douteux", "refuse")),
    ("parti", R_BLOCAGE_INSI, NON, lambda: appels_insi.aucun_appel_insi([4], "douteux", "refuse")),
    ("annoncé fait", R_BLOCAGE_INSI, NON, lambda: appels_insi.aucun_appel_insi([], "fictif", "fait")),
    ("contrôle positif", appels_insi.R_APPEL_POSSIBLE, OUI, lambda: appels_insi.appel_insi_observe([4], "x")),
    ("jamais parti", appels_insi.R_APPEL_POSSIBLE, NON, lambda: appels_insi.appel_insi_observe([], "x")),
    (
        "abouti",
        appels_insi.R_APPEL_ABOUTI,
        OUI,
        lambda: appels_insi.appel_insi_abouti({4: "01", 5: "00"}, "00", "pour x"),
    ),
    (
        "refusé par INSi",
        appels_insi.R_APPEL_ABOUTI,
        NON,
        lambda: appels_insi.appel_insi_abouti({4: "faute siram_40 : refusé"}, "00", "x"),
    ),
    (
        "refusé sans droit",
        R_DROIT_INSI,
        OUI,
        lambda: droit_applique(R_DROIT_INSI, permis=False, resultat="refuse", recu="r", quoi="q"),
    ),
    (
        "permis sans droit",
        R_DROIT_INSI,
        NON,
        lambda: droit_applique(R_DROIT_INSI, permis=False, resultat="fait", recu="f", quoi="q"),
    ),
    (
        "parti sans droit",
        R_DROIT_INSI,
        NON,
        lambda: droit_applique(R_DROIT_INSI, permis=False, resultat="refuse", recu="r", quoi="q", echanges=[4]),
    ),
    (
        "vu avec droit",
        R_DROIT_INS,
        OUI,
        lambda: droit_applique(R_DROIT_INS, permis=True, resultat="fait", recu="f", quoi="q"),
    ),
    (
        "vu sans droit",
        R_DROIT_INS,
        NON,
        lambda: droit_applique(R_DROIT_INS, permis=False, resultat="fait", recu="f", quoi="q"),
    ),
    (
        "accordé",
        parametrage.R_DROIT_ACCORDE,
        OUI,
        lambda: droit_applique(parametrage.R_DROIT_ACCORDE, permis=True, resultat="fait", recu="f", quoi="q"),
    ),
    (
        "accordé, refusé",
        parametrage.R_DROIT_ACCORDE,
        NON,
        lambda: droit_applique(parametrage.R_DROIT_ACCORDE, permis=True, resultat="refuse", recu="r", quoi="q"),
    ),
    ("justificatif", parametrage.R_JUSTIFICATIF, OUI, lambda: parametrage.justificatif_garde("passeport", "passeport")),
    ("justificatif perdu", parametrage.R_JUSTIFICATIF, NON, lambda: parametrage.justificatif_garde("passeport", None)),
    (
        "liste réglée",
        parametrage.R_JUSTIFICATIFS_PARAMETRES,
        OUI,
        lambda: parametrage.justificatifs_parametres(JUSTIFICATIFS, [*JUSTIFICATIFS, {"nature": "z"}]),
    ),
    (
        "niveau perdu",
        parametrage.R_JUSTIFICATIFS_PARAMETRES,
        NON,
        lambda: parametrage.justificatifs_parametres(JUSTIFICATIFS, [{"nature": "passeport"}]),
    ),
    (
        "liste absente",
        parametrage.R_JUSTIFICATIFS_PARAMETRES,
        NON,
        lambda: parametrage.justificatifs_parametres(JUSTIFICATIFS, None),
    ),
    ("validée", parametrage.R_VALIDATION_MANUELLE, OUI, lambda: parametrage.validation_manuelle("fait", "QUAL", "f")),
    (
        "sans effet",
        parametrage.R_VALIDATION_MANUELLE,
        NON,
        lambda: parametrage.validation_manuelle("fait", "PROV", "f"),
    ),
    ("refusée", parametrage.R_VALIDATION_MANUELLE, NON, lambda: parametrage.validation_manuelle("refuse", "VALI", "r")),
    (
        "automatisme coupé",
        parametrage.R_VALIDATION_DESACTIVEE,
        OUI,
        lambda: parametrage.validation_automatique(active=False, statut="PROV"),
    ),
    (
        "automatisme admis",
        parametrage.R_VALIDATION_DESACTIVEE,
        OUI,
        lambda: parametrage.validation_automatique(active=True, statut="VALI"),
    ),
    (
        "automatisme forcé",
        parametrage.R_VALIDATION_DESACTIVEE,
        NON,
        lambda: parametrage.validation_automatique(active=False, statut="VALI"),
    ),
    ("alerte", appels_insi.R_ALERTE, OUI, lambda: appels_insi.alerte_prenom(["Prénom différent"], [], attendue=True)),
    (
        "alerte en message",
        appels_insi.R_ALERTE,
        OUI,
        lambda: appels_insi.alerte_prenom([], ["le premier prenom diffère"], attendue=True),
    ),
    (
        "traits listés",
        appels_insi.R_ALERTE,
        VOIR,
        lambda: appels_insi.alerte_prenom([], ["prénom repris"], attendue=True),
    ),
    (
        "traits listés sans écart",
        appels_insi.R_ALERTE,
        OUI,
        lambda: appels_insi.alerte_prenom([], ["prénom repris"], attendue=False),
    ),
    ("pas d'alerte", appels_insi.R_ALERTE, NON, lambda: appels_insi.alerte_prenom([], ["terminé"], attendue=True)),
    (
        "alerte à tort",
        appels_insi.R_ALERTE,
        NON,
        lambda: appels_insi.alerte_prenom(["Prénom différent"], [], attendue=False),
    ),
    ("écart montré", appels_insi.R_ECARTS, OUI, lambda: appels_insi.ecarts_montres(MONTRE, ECART)),
    ("écart caché", appels_insi.R_ECARTS, NON, lambda: appels_insi.ecarts_montres([], ECART)),
    ("écart faux", appels_insi.R_ECARTS, NON, lambda: appels_insi.ecarts_montres([{**MONTRE[0], "local": ""}], ECART)),
    ("expliqué", appels_insi.R_MESSAGE_BLOCAGE, OUI, lambda: appels_insi.blocage_explique(["", "date incomplète"])),
    (
        "message de tous les jours",
        appels_insi.R_MESSAGE_BLOCAGE,
        NON,
        lambda: appels_insi.blocage_explique(["Appel 12 pour DURAND"], ["Appel 7 pour MARTIN"]),
    ),
    ("muet", appels_insi.R_MESSAGE_BLOCAGE, NON, lambda: appels_insi.blocage_explique([" "])),
    (
        "en liste",
        donnees_en_attente.R_LISTE_TRAVAIL,
        OUI,
        lambda: donnees_en_attente.dans_la_liste([{"motif": "KO", "patient_id": "P1"}], "patient_id", "P1"),
    ),
    (
        "hors liste",
        donnees_en_attente.R_LISTE_TRAVAIL,
        NON,
        lambda: donnees_en_attente.dans_la_liste([{"motif": "KO", "patient_id": "P2"}], "patient_id", "P1"),
    ),
    (
        "attente, par matricule",
        donnees_en_attente.R_LISTE_TRAVAIL,
        OUI,
        lambda: donnees_en_attente.donnee_en_attente([{"motif": "KO 2 90 12 99 999 001"}], matricule=MATRICULE),
    ),
    (
        "attente, rien",
        donnees_en_attente.R_LISTE_TRAVAIL,
        NON,
        lambda: donnees_en_attente.donnee_en_attente([{"motif": "KO"}], matricule=MATRICULE),
    ),
    (
        "INS reprise",
        donnees_en_attente.R_MISE_A_JOUR,
        OUI,
        lambda: donnees_en_attente.mise_a_jour_apres_ok(MATRICULE, MATRICULE),
    ),
    (
        "INS non reprise",
        donnees_en_attente.R_MISE_A_JOUR,
        VOIR,
        lambda: donnees_en_attente.mise_a_jour_apres_ok(None, MATRICULE),
    ),
    ("réglage", parametrage.R_REGLAGE, OUI, lambda: parametrage.reglage_change("justificatifs", "fait", "f")),
    ("réglage refusé", parametrage.R_REGLAGE, NON, lambda: parametrage.reglage_change("justificatifs", "refuse", "r")),
    ("retenue", donnees_en_attente.R_NON_INTEGRE, OUI, lambda: integration(False, [], attendu=False)),
    ("intégrée malgré KO", donnees_en_attente.R_NON_INTEGRE, NON, lambda: integration(True, [], attendu=False)),
    ("au dossier malgré KO", donnees_en_attente.R_NON_INTEGRE, NON, lambda: integration(False, ["D1"], attendu=False)),
    (
        "retenue en silence",
        donnees_en_attente.R_NON_INTEGRE,
        NON,
        lambda: integration(None, [], attendu=False, messages=(" ",)),
    ),
    ("intégrée", donnees_en_attente.R_INTEGRE, OUI, lambda: integration(None, ["D1"], attendu=True)),
    ("perdue", donnees_en_attente.R_INTEGRE, VOIR, lambda: integration(False, [], attendu=True)),
]


@pytest.mark.parametrize("cas", [*RECHERCHE, *CONDUITE], ids=lambda cas: f"{cas[1].code} {cas[0]}")
def test_regle(cas: Cas) -> None:
    """La règle est respectée ou enfreinte comme le cas le dit."""
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Aucune règle sans un exemple respecté et un exemple enfreint."""
    assert not regles_sans_cas(recherche, RECHERCHE)
    for module in (appels_insi, creation_identite, donnees_en_attente, parametrage):
        assert not regles_sans_cas(module, CONDUITE)
