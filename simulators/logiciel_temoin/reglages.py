"""Paramétrage du site : ce que l'administrateur règle, avec le contrôle de chaque valeur."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from typing import Any

from simulators.logiciel_temoin.acces_mots_de_passe import POLITIQUES
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.identite import LIBELLES

_DEFAUTS_D_USINE: dict[str, Any] = {
    "justificatifs": [
        {"nature": "passeport", "libelle": "Passeport", "haut_niveau_confiance": True},
        {"nature": "carte_nationale_identite", "libelle": "Carte nationale d'identité", "haut_niveau_confiance": True},
        {"nature": "titre_sejour", "libelle": "Titre permanent de séjour", "haut_niveau_confiance": True},
        {"nature": "acte_naissance", "libelle": "Extrait d'acte de naissance", "haut_niveau_confiance": True},
        {"nature": "livret_famille", "libelle": "Livret de famille", "haut_niveau_confiance": True},
        {"nature": "permis_conduire", "libelle": "Permis de conduire", "haut_niveau_confiance": False},
        {"nature": "carte_vitale", "libelle": "Carte Vitale", "haut_niveau_confiance": False},
    ],
    "validation_automatique": False,
    "contrats_confiance": [],
    "champs_affiches": list(LIBELLES),
    "champs_edition": [],
    "alimentation_automatique_dmp": True,
    "conservation_documents_dmp": {"duree_jours": 365, "archivage": False},
    "prechargement_dmp": {"actif": True, "duree_heures": 48, "types": [], "depuis": None},
    "annonce_documents_dmp": 90,
    "vitesse_alimentation_dmp": None,
    "envoi_automatique_mss": {"patient": False, "correspondants": False},
    "adresse_retour_mss": {"patient": None, "professionnel": None},
    "mention_remplacement": "Ce compte rendu annule et remplace le précédent.",
    "message_suppression": (
        "Le compte rendu désigné ci-dessous a été supprimé par le laboratoire : il ne doit plus être pris en compte."
    ),
    "frequence_annuaire": None,
    "delai_inactivite": 1800,
    "delai_inactivite_usagers": 1800,
    "delai_facteur_unique": 0,
    "renouvellement_dispositifs": [],
    "double_facteur_usagers": True,
    "politique_mots_de_passe": [{"population": nom, **politique} for nom, politique in POLITIQUES.items()],
    "recherche_rpps": {"actif": True, "intervalle_secondes": 365 * 86400, "reprise_secondes": 86400},
    "mentions_rgpd": "",
    "mention_validation_automatique": (
        "Résultats validés par un processus automatique, sans revue ultérieure par un biologiste."
    ),
    "accreditation": None,
    "transmission_pfi": {
        "actif": False,
        "niveaux": ["N3"],
        "automatique": True,
        "exiger_non_opposition": False,
    },
    "maquettes_documents": {},
    "alertes_resultats": {"prescripteur": True, "equipe": True, "adresses": []},
    "integration_automatique_mss": False,
    "delai_comptes_rendus_en_attente": 7,
    "types_documents_dmp": {"CR-BIO": "11502-2", "LETTRE-LIAISON": "11490-0", "CR-CONSULTATION": "11488-4"},
}


_REMPLACES = ("types_documents_dmp", "maquettes_documents")
"""Objets que l'administrateur écrit en entier : une clé retirée disparaît."""


class Reglages:
    """Valeurs courantes des réglages."""

    def __init__(self) -> None:
        self._valeurs = copy.deepcopy(_DEFAUTS_D_USINE)
        self._touches: set[str] = set()
        self._verrou = threading.Lock()
        self._observateurs: dict[str, Callable[[Any], None]] = {}

    def __contains__(self, nom: str) -> bool:
        return nom in self._valeurs

    def lire(self, nom: str) -> Any:
        with self._verrou:
            return copy.deepcopy(self._valeurs[nom])

    def touche(self, nom: str) -> bool:
        """Vrai si ce réglage a été écrit depuis l'installation."""
        return nom in self._touches

    def ecrire(self, nom: str, valeur: Any) -> Any:
        controle = _CONTROLES[nom]
        if not controle(valeur):
            raise Refus(f"Valeur refusée pour le réglage « {nom} ».")
        with self._verrou:
            if nom == "politique_mots_de_passe":
                self._valeurs[nom] = _completer(self._valeurs[nom], valeur if isinstance(valeur, list) else [valeur])
            elif nom == "renouvellement_dispositifs":
                self._valeurs[nom] = _remplacer(self._valeurs[nom], valeur)
            elif isinstance(valeur, dict) and isinstance(self._valeurs[nom], dict) and nom not in _REMPLACES:
                self._valeurs[nom] = {**self._valeurs[nom], **copy.deepcopy(valeur)}
            else:
                self._valeurs[nom] = copy.deepcopy(valeur)
            self._touches.add(nom)
            ecrite = copy.deepcopy(self._valeurs[nom])
        if nom in self._observateurs:
            self._observateurs[nom](ecrite)
        return ecrite

    def observer(self, nom: str, suite: Callable[[Any], None]) -> None:
        """Appelle `suite` avec chaque nouvelle valeur du réglage."""
        self._observateurs[nom] = suite

    def politique(self, population: str) -> dict[str, Any]:
        """Politique de mots de passe de cette population."""
        politiques: list[dict[str, Any]] = self.lire("politique_mots_de_passe")
        return next(p for p in politiques if p["population"] == population)

    def haut_niveau_confiance(self, nature: str) -> bool:
        return any(j["nature"] == nature and j["haut_niveau_confiance"] for j in self.lire("justificatifs"))

    def justificatif_connu(self, nature: str) -> bool:
        return any(j["nature"] == nature for j in self.lire("justificatifs"))


def _booleen(valeur: Any) -> bool:
    return isinstance(valeur, bool)


def _liste_de_textes(valeur: Any) -> bool:
    return isinstance(valeur, list) and all(isinstance(v, str) for v in valeur)


def _maquettes(valeur: Any) -> bool:
    return isinstance(valeur, dict) and all(map(_liste_de_textes, valeur.values()))


def _alertes(valeur: Any) -> bool:
    return (
        isinstance(valeur, dict)
        and set(valeur) <= {"prescripteur", "equipe", "adresses"}
        and _booleen(valeur.get("prescripteur", True))
        and _booleen(valeur.get("equipe", True))
        and _liste_de_textes(valeur.get("adresses", []))
    )


def _champs(valeur: Any) -> bool:
    return _liste_de_textes(valeur) and set(valeur) <= set(LIBELLES)


def _justificatifs(valeur: Any) -> bool:
    return isinstance(valeur, list) and all(
        isinstance(j, dict) and j.get("nature") and isinstance(j.get("haut_niveau_confiance"), bool) for j in valeur
    )


def _objet(valeur: Any) -> bool:
    return isinstance(valeur, dict)


def _vitesse(valeur: Any) -> bool:
    return valeur is None or (isinstance(valeur, int | float) and not isinstance(valeur, bool) and valeur > 0)


def _texte(valeur: Any) -> bool:
    return isinstance(valeur, str) and bool(valeur.strip())


def _envoi_automatique(valeur: Any) -> bool:
    return (
        isinstance(valeur, dict)
        and set(valeur) <= {"patient", "correspondants"}
        and all(isinstance(v, bool) for v in valeur.values())
    )


def _adresses_de_retour(valeur: Any) -> bool:
    return (
        isinstance(valeur, dict)
        and set(valeur) <= {"patient", "professionnel"}
        and all(v is None or (isinstance(v, str) and "@" in v) for v in valeur.values())
    )


def _delai(valeur: Any) -> bool:
    return isinstance(valeur, int) and not isinstance(valeur, bool) and valeur > 0


def _recherche_rpps(valeur: Any) -> bool:
    """Deux ans au plus entre deux contrôles."""
    return (
        isinstance(valeur, dict)
        and set(valeur) <= {"actif", "intervalle_secondes", "reprise_secondes"}
        and _booleen(valeur.get("actif", True))
        and all(_delai(v) and v <= 2 * 366 * 86400 for c, v in valeur.items() if c != "actif")
    )


def _accreditation(valeur: Any) -> bool:
    """Aucune, ou un numéro, la phrase qui renvoie à la portée, le signe des examens accrédités."""
    return valeur is None or (
        isinstance(valeur, dict) and set(valeur) == {"numero", "portee", "marque"} and all(map(_texte, valeur.values()))
    )


def _transmission_pfi(valeur: Any) -> bool:
    return (
        isinstance(valeur, dict)
        and set(valeur) <= {"actif", "niveaux", "automatique", "exiger_non_opposition"}
        and all(_booleen(v) for c, v in valeur.items() if c != "niveaux")
        and _liste_de_textes(valeur.get("niveaux", []))
        and set(valeur.get("niveaux", [])) <= {"N1", "N3"}
    )


def _politiques(valeur: Any) -> bool:
    """Une politique, ou plusieurs : population connue, et les seuls champs à changer."""
    politiques = valeur if isinstance(valeur, list) else [valeur]
    return all(
        isinstance(p, dict)
        and p.get("population") in POLITIQUES
        and set(p) <= {"population", *POLITIQUES["professionnel"]}
        and all(v is None or _delai(v) or v == 0 for c, v in p.items() if c != "population")
        and (p.get("echecs_max") is None or p["echecs_max"] <= 10)
        for p in politiques
    )


def _completer(connues: list[dict[str, Any]], nouvelles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Chaque politique connue, avec ce que la nouvelle de même population change."""
    par_population = {p["population"]: p for p in nouvelles}
    return [{**p, **copy.deepcopy(par_population.get(p["population"], {}))} for p in connues]


def _renouvellements(valeur: Any) -> bool:
    """Une fréquence, ou toutes : population, type de dispositif, secondes de validité ou null."""
    return all(
        isinstance(f, dict)
        and set(f) == {"population", "type", "secondes"}
        and f["population"] in ("professionnel", "usager")
        and isinstance(f["type"], str)
        and (f["secondes"] is None or _delai(f["secondes"]))
        for f in (valeur if isinstance(valeur, list) else [valeur])
    )


def _remplacer(connues: list[dict[str, Any]], nouvelle: Any) -> list[dict[str, Any]]:
    """Toutes les fréquences d'un coup, ou celle d'un type pour une population."""
    if isinstance(nouvelle, list):
        return copy.deepcopy(nouvelle)
    vise = (nouvelle["population"], nouvelle["type"])
    return [*(f for f in connues if (f["population"], f["type"]) != vise), dict(nouvelle)]


_CONTROLES = {
    "justificatifs": _justificatifs,
    "validation_automatique": _booleen,
    "contrats_confiance": _liste_de_textes,
    "champs_affiches": _champs,
    "champs_edition": _champs,
    "alimentation_automatique_dmp": _booleen,
    "conservation_documents_dmp": _objet,
    "prechargement_dmp": _objet,
    "annonce_documents_dmp": _delai,
    "vitesse_alimentation_dmp": _vitesse,
    "envoi_automatique_mss": _envoi_automatique,
    "adresse_retour_mss": _adresses_de_retour,
    "mention_remplacement": _texte,
    "message_suppression": _texte,
    "frequence_annuaire": _vitesse,
    "delai_inactivite": _delai,
    "delai_inactivite_usagers": _delai,
    "delai_facteur_unique": lambda valeur: valeur in (None, 0) or _delai(valeur),
    "renouvellement_dispositifs": _renouvellements,
    "double_facteur_usagers": _booleen,
    "politique_mots_de_passe": _politiques,
    "recherche_rpps": _recherche_rpps,
    "mentions_rgpd": lambda valeur: isinstance(valeur, str),
    "mention_validation_automatique": _texte,
    "accreditation": _accreditation,
    "transmission_pfi": _transmission_pfi,
    "types_documents_dmp": _objet,
    "maquettes_documents": _maquettes,
    "alertes_resultats": _alertes,
    "integration_automatique_mss": _booleen,
    "delai_comptes_rendus_en_attente": _delai,
}
