"""L'écran ne change rien : ce qu'une personne y saisit arrive tel quel, ce que le logiciel rend s'y relit tel quel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.logiciel_temoin.ecran import ServeurEcran
from simulators.logiciel_temoin.ecran.contrat import Fonction
from simulators.logiciel_temoin.erreurs import Enveloppe
from tests.simulators.logiciel_temoin.ecran.personne import Ecran

COMPTE = "biologiste_1"


class Double:
    """Un logiciel qui note ce qu'on lui demande et rend ce qu'on veut."""

    def __init__(self) -> None:
        self.recu: dict[str, Any] = {}
        self.rend = Enveloppe("fait")

    def jouer(self, nom: str, corps: dict[str, Any]) -> Enveloppe:
        self.recu = {"action": nom, **corps}
        return self.rend


@pytest.fixture(scope="module")
def double() -> Double:
    """Ce que l'écran fait agir."""
    return Double()


@pytest.fixture(scope="module")
def ecran(fonctions: dict[str, Fonction], double: Double) -> Iterator[Ecran]:
    """Une personne devant l'écran du double, session ouverte."""
    serveur = ServeurEcran(fonctions, double.jouer, {"nom": "Labo", "version": "1"})
    fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.05})
    fil.start()
    personne = Ecran(serveur.url)
    personne.ouvrir(COMPTE)
    yield personne
    personne.fermer()
    serveur.shutdown()
    fil.join()
    serveur.server_close()


SAISIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("creer_patient", {"identite": {"nom_naissance": "D’ÉON-SÉVÈRE", "sexe": "", "telephone": "01"}}),
    ("creer_patient", {"identite": {}, "justificatif": "passeport"}),
    ("creer_patient", {"identite": {"matricule_ins": None, "oid_ins": "1.2.250"}}),
    ("modifier_patient", {"patient_id": "P1", "modifications": {"nom_utilise": "", "champ.rare": {"a": [1, None]}}}),
    ("attribuer_attribut", {"patient_id": "P1", "attribut": "douteux", "actif": False}),
    (
        "appeler_insi",
        {"patient_id": "P1", "modalite": "carte_vitale", "carte_vitale": {"nir_assure": "1", "nir_individu": None}},
    ),
    ("recevoir_message", {"contenu": "MSH|^~\\&|A\rPID|1\r", "emetteur": {"nom": "GAM", "domaine": "1.2"}}),
    ("configurer", {"parametre": "justificatifs", "valeur": [{"nature": "passeport", "haut_niveau_confiance": True}]}),
    ("configurer", {"parametre": "frequence_annuaire", "valeur": None}),
    ("configurer", {"parametre": "delai_inactivite", "valeur": 24}),
    ("configurer", {"parametre": "mention_remplacement", "valeur": "Annule et remplace « 1 »"}),
    (
        "valider_compte_rendu",
        {
            "patient_id": "P1",
            "statut_cr": "partiel",
            "analyses": [
                {"code": "718-7", "libelle": "Hémoglobine", "valeur": "13,5", "unite": "g/dL"},
                {"code": "2345-7", "libelle": "Glucose", "valeur": None, "unite": ""},
            ],
        },
    ),
    ("alimenter_dmp", {"patient_id": "P1", "documents": ["D1", "D2", "D3"]}),
    ("precharger_dmp", {"patients": []}),
    (
        "envoyer_courriel",
        {"expediteur": "a@b", "objet": "", "corps": "\nBonjour,\n\nBien à vous  \n", "a_usager": True},
    ),
    ("consulter_dmp", {"patient_id": "P1", "criteres": {"type_code": ["A^^B"], "statut": ["actif", "archive"]}}),
    ("laisser_passer", {"secondes": 1800}),
    ("ajouter_correspondant", {"patient_id": "P1", "correspondant": {"nom": "", "rpps": "99900000001"}}),
    (
        "creer_compte",
        {
            "compte": {
                "compte_id": "",
                "identifiant": "m.durand",
                "structures": ["S1"],
                "actif": False,
                "identifiant_structure": {"type": "siren", "valeur": "1"},
                "recherche_rpps": {"etat": "trouve", "derniere": None},
            },
            "verification_identite": {"moyen": "apcv", "valide": False},
        },
    ),
    (
        "mettre_a_jour_comptes",
        {
            "lignes": [
                {"action": "creer", "identifiant": "a", "champs": {"nom": "A"}},
                {"action": "supprimer", "identifiant": "b"},
            ]
        },
    ),
    (
        "desactiver_dispositif",
        {"compte_id": "C", "dispositif_id": "D", "par": "administrateur", "preuve": {"code": "1"}},
    ),
    ("lire_liste_travail", {}),
)


@pytest.mark.parametrize(("action", "parametres"), SAISIES, ids=[f"{a}-{i}" for i, (a, _) in enumerate(SAISIES)])
def test_saisie(ecran: Ecran, double: Double, action: str, parametres: dict[str, Any]) -> None:
    """Ce que la personne saisit est ce que le logiciel reçoit, absences et vides compris."""
    double.rend = Enveloppe("fait")
    ecran.jouer(action, parametres)
    assert double.recu == {"action": action, "utilisateur": COMPTE, **parametres}


_TEXTES = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\r\n\t"), max_size=30)
_CLES = st.text(st.sampled_from('abé_.\\-<&"'), min_size=1, max_size=6)
_VALEURS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTES,
    lambda enfants: st.lists(enfants, max_size=3) | st.dictionaries(_CLES, enfants, max_size=3),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    resultat=st.sampled_from(["fait", "refuse", "echec", "non_gere"]),
    messages=st.lists(_TEXTES.filter(bool), max_size=3),
    donnees=st.dictionaries(_CLES, _VALEURS, max_size=4),
)
def test_resultat(ecran: Ecran, double: Double, resultat: str, messages: list[str], donnees: dict[str, Any]) -> None:
    """Ce que le logiciel rend se relit à l'écran au caractère près, quel qu'en soit le contenu."""
    double.rend = Enveloppe(resultat, tuple(messages), donnees)
    assert ecran.jouer("lire_liste_travail", {}) == (resultat, messages, donnees)


def test_fichier_joint(ecran: Ecran, double: Double) -> None:
    """Un fichier choisi sur le poste vaut le texte recopié : base64 pour un document, texte pour un message."""
    champs = {"emetteur.nom": "GAM", "emetteur.domaine": "1.2"}
    ecran.envoyer("recevoir_document", champs, {"contenu_base64@fichier": b"<CDA/>\r\n\x00\xff"})
    assert double.recu["contenu_base64"] == "PENEQS8+DQoA/w=="
    ecran.envoyer("recevoir_message", {**champs, "contenu": ""}, {"contenu@fichier": b"MSH|\rPID|\r"})
    assert double.recu["contenu"] == "MSH|\rPID|\r"


def test_telechargement(ecran: Ecran, double: Double) -> None:
    """Un PDF et un texte long se téléchargent, sous un nom et un type qui disent ce qu'ils sont."""
    double.rend = Enveloppe("fait", (), {"pdf_base64": "JVBERi0xLjcK", "document": {"affichage": "é\n" * 300}})
    ecran.jouer("editer_document", {"patient_id": "P", "document_id": "D"})
    page = ecran.lire(str(ecran.dernier.url)[len(ecran.url) :] if ecran.dernier is not None else "")
    pdf, texte = page.xpath("//a[@data-fichier]")
    assert pdf.get("download") == "pdf.pdf"
    assert ecran.octets(pdf.get("href")) == b"%PDF-1.7\n"
    assert ecran.octets(texte.get("href")).decode() == "é\n" * 300


def test_ligne_retiree(ecran: Ecran) -> None:
    """Retirer une ligne garde les autres et ce qui y est saisi ; en ajouter une laisse une ligne vide à la fin."""
    champs = {"patient_id": "P", "documents.0": "D1", "documents.1": "D2", "documents.2": "D3"}
    page = ecran.envoyer("alimenter_dmp", {**champs, "_retirer": "documents.1"})
    assert page.xpath("//input[starts-with(@name, 'documents.')]/@value") == ["D1", "D3"]
    page = ecran.envoyer("alimenter_dmp", {**champs, "_ajouter": "documents"})
    assert page.xpath("//input[starts-with(@name, 'documents.')]/@value") == ["D1", "D2", "D3", ""]
    assert page.xpath("//*[@autofocus]/@name") == ["documents.3"]


@pytest.mark.parametrize(
    ("action", "champs", "fautif", "message"),
    [
        ("laisser_passer", {"secondes": "dix"}, "secondes", "attendu un nombre entier"),
        (
            "configurer",
            {"parametre": "recherche_rpps", "valeur@type": "json", "valeur": "{"},
            "valeur",
            "attendu du JSON",
        ),
        ("configurer", {"parametre": "recherche_rpps", "valeur": "oui"}, "valeur", "dites la nature"),
        (
            "modifier_patient",
            {"patient_id": "P", "modifications@autres": "[]"},
            "modifications@autres",
            "attendu un objet",
        ),
    ],
)
def test_faute(ecran: Ecran, action: str, champs: dict[str, str], fautif: str, message: str) -> None:
    """Une saisie illisible rend le formulaire rempli, la faute dite près du champ, et rien n'est joué."""
    page = ecran.envoyer(action, champs)
    assert ecran.dernier is not None
    assert ecran.dernier.status_code == 422
    assert message in page.xpath("//*[@role='alert']")[0].text_content()
    (champ,) = page.xpath("//*[@name=$n]", n=fautif)
    assert champ.text_content().strip() == champs[fautif] or champ.get("value") == champs[fautif]


def test_contrat_illisible(tmp_path: Path) -> None:
    """Un fichier qui n'est pas le contrat se dit, avec ce qui était attendu."""
    from simulators.logiciel_temoin.ecran.contrat import ContratIllisible, lire_contrat

    fichier = tmp_path / "contrat.json"
    fichier.write_text("[]", encoding="utf-8")
    with pytest.raises(ContratIllisible, match="attendu le contrat OpenAPI"):
        lire_contrat(fichier)
