"""Le logiciel témoin : dispositifs, coordonnées, usagers et structures, sans banc au bout du fil."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from simulators.logiciel_temoin import acces_totp
from simulators.logiciel_temoin.acces_structures import identifiant_valide
from simulators.logiciel_temoin.api import jouer
from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.logiciel_temoin.labo import Labo

MDP = "Un-Mot-2-Passe-Long!"
TELEPHONE = "0600000001"
IDENTITE = {
    "matricule_ins": "279049999972471",
    "nom_naissance": "AUBRIVAL",
    "prenoms_naissance": "ELOISE ANNE",
    "sexe": "F",
    "date_naissance": "1979-04-23",
    "code_lieu_naissance": "63113",
}
Agir = Callable[..., Enveloppe]


@pytest.fixture
def faire(labo: Labo) -> Agir:
    """Joue une action sur le logiciel conforme, en administrateur."""

    def action(nom: str, utilisateur: str = "administrateur", /, **parametres: Any) -> Enveloppe:
        return jouer(labo, nom, {"utilisateur": utilisateur, **parametres})

    return action


def _professionnel(faire: Agir) -> str:
    compte = {"identifiant": "zoe", "nom": "DURAND", "prenom": "Zoé", "profession": "Technicien"}
    return str(faire("creer_compte", compte=compte, mot_de_passe=MDP).donnees["compte"]["compte_id"])


def _inscrire(faire: Agir, **verification: Any) -> Enveloppe:
    compte = {"identifiant": "eloise", "population": "usager", "telephone": TELEPHONE, "identite": IDENTITE}
    return faire(
        "creer_compte", compte=compte, mode="inscription", mot_de_passe=MDP, verification_identite=verification or None
    )


def _code(faire: Agir) -> str:
    (*_, dernier) = faire("lire_messages_recus", coordonnee=TELEPHONE).donnees["messages_recus"]
    trouve = re.search(r"\b\d{6}\b", dernier["texte"])
    assert trouve
    return trouve[0]


def test_un_code_ne_sert_qu_une_fois(labo: Labo, faire: Agir) -> None:
    """RFC 6238, section 5.2 : le même code, dans le même pas, est refusé la seconde fois."""
    compte_id = _professionnel(faire)
    dispositif = faire("enroler_dispositif", compte_id=compte_id, type="totp").donnees["dispositif"]
    code = acces_totp.code_du_rang(dispositif["secret"], acces_totp.rang(labo.horloge.maintenant()))
    facteur = {"type": "totp", "code": code}
    premiere = faire("ouvrir_session", identifiant="zoe", mot_de_passe=MDP, second_facteur=facteur)
    assert premiere.donnees["session"]["moyens"] == ["mot_de_passe", "totp"]
    seconde = faire("ouvrir_session", identifiant="zoe", mot_de_passe=MDP, second_facteur=facteur)
    assert seconde.donnees["session"]["demande"] == "second_facteur"
    sans = faire("ouvrir_session", identifiant="zoe", mot_de_passe=MDP)
    assert (sans.resultat, sans.donnees["session"]["ouverte"]) == ("refuse", False)


def test_perdu_le_dernier_dispositif_ne_rend_pas_le_mot_de_passe_suffisant(faire: Agir) -> None:
    """Un compte qui avait deux facteurs n'en retombe pas à un seul."""
    compte_id = _professionnel(faire)
    dispositif = faire("enroler_dispositif", compte_id=compte_id, type="totp").donnees["dispositif"]
    perte = {"compte_id": compte_id, "dispositif_id": dispositif["dispositif_id"]}
    assert faire("desactiver_dispositif", "biologiste_1", par="administrateur", **perte).resultat == "refuse"
    assert faire("desactiver_dispositif", par="administrateur", **perte).resultat == "fait"
    assert faire("ouvrir_session", identifiant="zoe", mot_de_passe=MDP).resultat == "refuse"
    (montre,) = faire("lister_dispositifs", compte_id=compte_id).donnees["dispositifs"]
    assert montre["actif"] is False and "secret" not in montre


def test_inscription_et_coordonnee(labo: Labo, faire: Agir) -> None:
    """Identité vérifiée ou refus ; le code confirme une fois, expire, et cinq erreurs l'annulent."""
    assert _inscrire(faire).donnees["moyens_verification"] == ["franceconnect_plus", "apcv", "piece_identite"]
    assert _inscrire(faire, moyen="apcv", valide=False).resultat == "refuse"
    compte = _inscrire(faire, moyen="apcv", valide=True).donnees["compte"]
    assert compte["verification_identite"] == "apcv" and not compte["telephone_verifie"]
    vise = {"compte_id": compte["compte_id"], "coordonnee": TELEPHONE}
    code = _code(faire)
    faux = f"{(int(code) + 1) % 10**6:06d}"
    assert faire("confirmer_coordonnee", code=faux, **vise).resultat == "refuse"
    confirmee = faire("confirmer_coordonnee", code=code, **vise)
    assert confirmee.donnees["compte"]["telephone_verifie"] is True
    assert faire("confirmer_coordonnee", code=code, **vise).resultat == "refuse"
    labo.coordonnees.demander(labo.comptes.exiger(compte["compte_id"]), "telephone", TELEPHONE)
    labo.horloge.avancer(901)
    assert faire("confirmer_coordonnee", code=_code(faire), **vise).resultat == "refuse"
    labo.coordonnees.demander(labo.comptes.exiger(compte["compte_id"]), "telephone", TELEPHONE)
    code = _code(faire)
    for _ in range(5):
        faire("confirmer_coordonnee", code="zzzzzz", **vise)
    assert faire("confirmer_coordonnee", code=code, **vise).resultat == "refuse"


def test_un_usager_non_verifie_n_entre_pas(faire: Agir) -> None:
    """Sans adresse vérifiée ni dispositif, le bon mot de passe ne suffit pas."""
    _inscrire(faire, moyen="piece_identite", valide=True)
    vue = faire("ouvrir_session", identifiant="eloise", population="usager", mot_de_passe=MDP)
    assert (vue.resultat, vue.donnees["session"]["demande"]) == ("refuse", "second_facteur")


@pytest.mark.parametrize(
    ("nature", "valeur", "attendu"),
    [
        ("finess_geographique", "990000002", True),
        ("finess_juridique", "990000001", False),
        ("siren", "732829320", True),
        ("siret", "73282932000074", True),
        ("siret", "35600000000048", True),
        ("siret", "35600000012343", False),
        ("siret", "35600000049837", True),
        ("siren", "73282932", False),
        ("siren", "73282932X", False),
        ("inconnu", "732829320", False),
        ("rpps_rang", "99900000011001", True),
        ("rpps_rang", "99900000012001", False),
    ],
)
def test_identifiants_de_structure(nature: str, valeur: str, attendu: bool) -> None:
    """Longueur et clé, y compris les SIRET de La Poste, dont la somme est un multiple de cinq."""
    assert identifiant_valide(nature, valeur) is attendu
