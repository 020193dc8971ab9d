"""Règles d'identité : saisie, recherche, statuts, verrous, messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.logiciel_temoin import hl7v2
from simulators.logiciel_temoin.identite import cle_matricule, erreur_nom, matricule_valide
from simulators.logiciel_temoin.labo import Labo
from tests.simulators.logiciel_temoin.conftest import DOMAINE, Jouer

IDENTITE = {
    "nom_naissance": "D'ARTAGNAN--LE GALL",
    "premier_prenom_naissance": "JEAN-PIERRE",
    "prenoms_naissance": "JEAN-PIERRE LOUIS",
    "date_naissance": "1984-09-12",
    "sexe": "M",
    "code_lieu_naissance": "2B020",
    "nom_utilise": "DURAND",
    "prenom_utilise": "JP",
}
MATRICULE = "184099999900197"


def creer(agir: Jouer, **champs: Any) -> str:
    reponse = agir("creer_patient", identite={**IDENTITE, **champs})
    assert reponse.resultat == "fait", reponse.messages
    return str(reponse.donnees["patient_id"])


def message(statut: str = "VALI", matricule: str = "", evenement: str = "A28", **champs: str) -> str:
    """Un ADT d'un autre système, avec ou sans INS."""
    t = {**IDENTITE, **champs}
    ins = f"~{matricule}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS" if matricule else ""
    pid = [""] * 33
    pid[0], pid[3] = "PID", f"X1^^^AUTRE&1.2.3.4&ISO^PI{ins}"
    pid[5] = f"{t['nom_naissance']}^{t['premier_prenom_naissance']}^{t['prenoms_naissance']}^^^^L"
    pid[7], pid[8], pid[11], pid[32] = "19840912", "M", "^^^^^^BDL^^2B020", statut
    entete = f"MSH|^~\\&|EMETTEUR|EMETTEUR|LABO|LABO|20260101120000||ADT^{evenement}^ADT_A05|M1|P|2.5"
    return "\r".join([entete, "EVN||20260101120000", "|".join(pid), "PV1||N"])


@given(st.from_regex(r"[12]\d{5}[0-9]\d{6}", fullmatch=True))
def test_cle_se_verifie(treize: str) -> None:
    """La clé calculée est toujours celle que l'on accepte, et elle seule."""
    cle = cle_matricule(treize)
    assert matricule_valide(treize + cle)
    assert not matricule_valide(treize + f"{(int(cle) % 97) + 1:02d}") or cle == f"{(int(cle) % 97) + 1:02d}"


def test_cle_corse() -> None:
    """2A compte 19 et 2B compte 18, et seulement aux positions du département."""
    assert cle_matricule("279032A215189") == f"{97 - 2790319215189 % 97:02d}"
    assert cle_matricule("279032B215189") == f"{97 - 2790318215189 % 97:02d}"


@pytest.mark.parametrize("nom", ["DURAND", "D'ARC", "LE GALL", "JEAN--MARIE", "A" * 100])
def test_noms_admis(nom: str) -> None:
    """Majuscules, espace, apostrophe, tirets et cent caractères sont admis."""
    assert erreur_nom("Nom", nom) is None


@pytest.mark.parametrize("nom", ["Durand", "É", "A1", "A_B", "L’ARC", "A" * 101, "-A", "'"])
def test_noms_refuses(nom: str) -> None:
    """Minuscules, accents, chiffres et autres signes sont refusés."""
    assert erreur_nom("Nom", nom) is not None


@pytest.mark.parametrize(
    "champ", ["nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe", "code_lieu_naissance"]
)
def test_champ_obligatoire(agir: Jouer, champ: str) -> None:
    """La création est refusée s'il manque un des cinq champs obligatoires."""
    assert agir("creer_patient", identite={**IDENTITE, champ: ""}).resultat == "refuse"


@pytest.mark.parametrize("date", ["1984-02-30", "1984-13-01", "1984-00-10", "1984-01-00", "12/09/1984", "2984-01-01"])
def test_date_refusee(agir: Jouer, date: str) -> None:
    """Une date impossible, incomplète ou future est refusée."""
    assert agir("creer_patient", identite={**IDENTITE, "date_naissance": date}).resultat == "refuse"


@pytest.mark.parametrize(
    "criteres",
    [
        {},
        {"nom": "d’artagnan-le"},
        {"nom": "DARTAGNANLEG"},
        {"nom": "dur"},
        {"prenom": "jean pi"},
        {"prenom": "JP"},
        {"prenom": "Jéan--Pierre"},
    ],
)
def test_recherche_insensible(agir: Jouer, criteres: dict[str, str]) -> None:
    """La recherche ignore accents, tirets et apostrophes, et regarde noms et prénoms de naissance ou utilisés."""
    patient = creer(agir)
    trouves = agir("rechercher_patients", date_naissance="1984-09-12", **criteres).donnees["patients"]
    assert [t["patient_id"] for t in trouves] == [patient]
    assert agir("rechercher_patients", date_naissance="1984-09-13", **criteres).donnees["patients"] == []
    assert agir("rechercher_patients", date_naissance="1984-09-12", nom="ZZ").donnees["patients"] == []


@pytest.mark.parametrize("matricule", [MATRICULE[:13], "1840999999001", MATRICULE[:14], MATRICULE[:13] + "96"])
def test_recherche_matricule_controlee(agir: Jouer, matricule: str) -> None:
    """La recherche par matricule exige quinze caractères et une clé juste."""
    assert agir("rechercher_patients", matricule_ins=matricule).resultat == "refuse"


def qualifier(labo: Labo, patient_id: str, statut: str = "QUAL") -> None:
    patient = labo.base.patients[patient_id]
    patient.statut = statut
    patient.identite |= {"matricule_ins": MATRICULE, "oid_ins": "1.2.250.1.213.1.4.10"}


@pytest.mark.parametrize(("statut", "apres"), [("RECUP", "PROV"), ("QUAL", "VALI")])
def test_trait_strict_modifie(labo: Labo, agir: Jouer, statut: str, apres: str) -> None:
    """Un trait strict est verrouillé ; modifié par la cellule d'identitovigilance, il retire l'INS et rétrograde."""
    patient = creer(agir)
    qualifier(labo, patient, statut)
    refus = agir("modifier_patient", patient_id=patient, modifications={"nom_naissance": "AUTRE"})
    assert (refus.resultat, refus.donnees["champs_refuses"]) == ("refuse", ["nom_naissance"])
    libre = agir("modifier_patient", patient_id=patient, modifications={"nom_utilise": "AUTRE"})
    assert (libre.resultat, libre.donnees["patient"]["statut"]) == ("fait", statut)
    fait = agir("modifier_patient", "super_utilisateur", patient_id=patient, modifications={"nom_naissance": "AUTRE"})
    fiche = fait.donnees["patient"]
    assert (fiche["statut"], fiche["identite"]["matricule_ins"], fiche["identite"]["oid_ins"]) == (apres, None, None)
    messages = agir("lire_messages_emis", patient_id=patient).donnees["messages_hl7"]
    assert all(MATRICULE not in m.split("MRG|")[0] for m in messages[2:])
    assert ("|ADT^A47^" in messages[-1]) == (statut == "QUAL")


@pytest.mark.parametrize("statut", ["VALI", "RECUP", "QUAL"])
@pytest.mark.parametrize("attribut", ["douteux", "fictif"])
def test_attribut_retrograde(labo: Labo, agir: Jouer, statut: str, attribut: str) -> None:
    """Douteux et fictif ramènent au statut provisoire et bloquent INSi."""
    patient = creer(agir)
    qualifier(labo, patient, statut)
    fiche = agir("attribuer_attribut", patient_id=patient, attribut=attribut, actif=True).donnees["patient"]
    assert (fiche["statut"], fiche["identite"]["matricule_ins"]) == ("PROV", None)
    assert agir("appeler_insi", patient_id=patient, modalite="traits").resultat == "refuse"


def test_validation(agir: Jouer) -> None:
    """La validation est manuelle, ou automatique si le site l'a réglée, sur justificatif de confiance."""
    patient = creer(agir)
    assert agir("valider_identite", patient_id=patient).resultat == "refuse"
    agir("renseigner_justificatif", patient_id=patient, nature="passeport")
    assert agir("lire_patient", patient_id=patient).donnees["patient"]["statut"] == "PROV"
    assert agir("valider_identite", patient_id=patient).donnees["patient"]["statut"] == "VALI"
    historique = agir("lire_historique_statuts", patient_id=patient).donnees["changements"]
    assert [(h["statut_anterieur"], h["statut"], h["responsable"]) for h in historique] == [
        (None, "PROV", "biologiste_1"),
        ("PROV", "VALI", "biologiste_1"),
    ]
    agir("configurer", "administrateur", parametre="validation_automatique", valeur=True)
    autre = creer(agir)
    reponse = agir("renseigner_justificatif", patient_id=autre, nature="passeport")
    assert reponse.donnees["patient"]["statut"] == "VALI"


def test_habilitations(agir: Jouer) -> None:
    """Les droits s'appliquent et se règlent, par le responsable de traitement seulement."""
    patient = creer(agir)
    assert agir("lire_patient", "sans_acces_ins", patient_id=patient).donnees == {}
    assert agir("appeler_insi", "sans_acces_insi", patient_id=patient, modalite="traits").resultat == "refuse"
    droits = {"utilisateur": "sans_acces_ins", "acces_ins": True}
    assert agir("configurer", "biologiste_1", parametre="habilitations", valeur=droits).resultat == "refuse"
    agir("configurer", "administrateur", parametre="habilitations", valeur=droits)
    assert agir("lire_patient", "sans_acces_ins", patient_id=patient).resultat == "fait"


def test_fiche_affichee(labo: Labo, agir: Jouer) -> None:
    """La fiche montre la date en clair, la nature du matricule, et toujours les quatre champs imposés."""
    patient = creer(agir)
    qualifier(labo, patient)
    agir("configurer", "administrateur", parametre="champs_affiches", valeur=["matricule_ins"])
    champs = {c["champ"]: c for c in agir("lire_patient", patient_id=patient).donnees["champs"]}
    assert champs["date_naissance"]["valeur"] == "12/09/1984"
    assert champs["matricule_ins"]["valeur"] == f"{MATRICULE} (NIR)"
    assert {c for c, v in champs.items() if v["affiche"]} == {
        "nom_naissance",
        "premier_prenom_naissance",
        "date_naissance",
        "sexe",
        "matricule_ins",
    }
    assert champs["sexe"]["verrou_visible"]
    assert champs["telephone"]["modifiable"]


@pytest.mark.parametrize(("fiabilite", "statut", "matricule"), [("VALI", "QUAL", MATRICULE), ("PROV", "PROV", None)])
def test_flux_de_notre_domaine(agir: Jouer, fiabilite: str, statut: str, matricule: str | None) -> None:
    """L'INS d'un flux de notre domaine n'est prise que validée."""
    emetteur = {"nom": "RI", "domaine": DOMAINE}
    recu = agir("recevoir_message", contenu=message(fiabilite, MATRICULE), emetteur=emetteur)
    fiche = agir("lire_patient", patient_id=recu.donnees["patient_id"]).donnees["patient"]
    assert (fiche["statut"], fiche["identite"]["matricule_ins"]) == (statut, matricule)
    assert fiche["identite"]["prenoms_naissance"] == "JEAN-PIERRE LOUIS"
    assert "MSA|AA|M1" in recu.donnees["acquittement"]


def test_flux_retire_l_ins(agir: Jouer) -> None:
    """Un message de suppression retire matricule et OID."""
    emetteur = {"nom": "RI", "domaine": DOMAINE}
    patient = agir("recevoir_message", contenu=message("VALI", MATRICULE), emetteur=emetteur).donnees["patient_id"]
    efface = agir("recevoir_message", contenu=message("VALI", '""', "A31"), emetteur=emetteur)
    assert efface.donnees["patient_id"] == patient
    fiche = agir("lire_patient", patient_id=patient).donnees["patient"]
    assert (fiche["statut"], fiche["identite"]["matricule_ins"], fiche["identite"]["oid_ins"]) == ("VALI", None, None)


def test_flux_d_ailleurs_sans_reponse_d_insi(agir: Jouer) -> None:
    """Sans réponse d'INSi, l'identité d'un autre domaine est créée sans matricule et va en liste de travail."""
    emetteur = {"nom": "AILLEURS", "domaine": "1.2.3.4"}
    recu = agir("recevoir_message", contenu=message("VALI", MATRICULE), emetteur=emetteur)
    fiche = agir("lire_patient", patient_id=recu.donnees["patient_id"]).donnees["patient"]
    assert (fiche["statut"], fiche["identite"]["matricule_ins"]) == ("PROV", None)
    assert agir("lire_liste_travail").donnees["elements"][0]["matricule_ins"] == MATRICULE


@given(st.text(alphabet="AB|^~\\&'- "))
def test_echappement_aller_retour(valeur: str) -> None:
    """Ce qui est échappé se relit tel quel."""
    assert hl7v2.desechapper(hl7v2.echapper(valeur)) == valeur


def test_ins_emise_seulement_qualifiee(labo: Labo, agir: Jouer) -> None:
    """Le matricule part avec une identité qualifiée, jamais avec une récupérée ; l'échange est tracé."""
    patient = creer(agir)
    qualifier(labo, patient, "RECUP")
    emis = agir("transmettre_identite", patient_id=patient, destinataire="CHU").donnees["message"]
    assert MATRICULE not in emis
    assert hl7v2.lire_message(emis).fiabilite == ("PROV",)
    qualifier(labo, patient)
    emis = agir("transmettre_identite", patient_id=patient, destinataire="CHU").donnees["message"]
    lue = hl7v2.lire_message(emis)
    assert (lue.matricule, lue.oid, lue.fiabilite) == (MATRICULE, "1.2.250.1.213.1.4.10", ("VALI",))
    traces = agir("lire_traces", categorie="echanges_ins", patient_id=patient).donnees["traces"]
    assert [(t["detail"]["partenaire"], t["utilisateur"]) for t in traces] == [("CHU", "biologiste_1")]
