"""Ce que le logiciel retient d'une connexion par un fournisseur d'identité : jetons, identité, situations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any


class ErreurFournisseur(Exception):
    """Le fournisseur a refusé ou sa réponse est inacceptable ; `code` : celui d'OAuth, s'il y en a un.

    Le message est fait pour l'utilisateur : jamais un jeton, un code ni un secret.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class FournisseurIndisponible(ErreurFournisseur):
    """Le fournisseur ne répond pas : la même demande pourra aboutir plus tard."""


@dataclass(frozen=True)
class Jetons:
    """Les jetons d'une session du fournisseur ; ils ne quittent pas le serveur du produit."""

    acces: str = field(repr=False)
    fin_acces: datetime
    rafraichissement: str = field(repr=False, default="")
    identite: str = field(repr=False, default="")
    """L'ID token, gardé pour la déconnexion (`id_token_hint`)."""

    def valable(self, instant: datetime, marge: timedelta) -> bool:
        return instant < self.fin_acces - marge

    def rafraichis(self, neufs: Jetons) -> Jetons:
        """Les nouveaux jetons ; ce que le fournisseur n'a pas renouvelé reste."""
        return replace(
            neufs,
            rafraichissement=neufs.rafraichissement or self.rafraichissement,
            identite=neufs.identite or self.identite,
        )


@dataclass(frozen=True)
class Situation:
    """Une situation d'exercice : une activité d'un exercice professionnel. Une valeur absente est vide."""

    profession: str = ""
    savoir_faire: str = ""
    """Spécialité d'un médecin, section d'un pharmacien."""
    nom: str = ""
    prenom: str = ""
    structure: str = ""
    identifiant_structure: str = ""
    secteur: str = ""

    def en_dict(self) -> dict[str, str]:
        return {
            "profession": self.profession,
            "structure": self.structure,
            "secteur": self.secteur,
            "savoir_faire": self.savoir_faire,
            "identifiant_structure": self.identifiant_structure,
        }


@dataclass(frozen=True)
class Identite:
    """Qui s'est identifié, tel que le fournisseur le dit."""

    sub: str
    identifiant_national: str
    nom: str
    prenom: str
    courriel: str = ""
    situations: tuple[Situation, ...] = ()

    @property
    def rpps(self) -> str | None:
        """Les onze chiffres que suit le `8` ; None pour une personne sans RPPS."""
        numero = self.identifiant_national
        return numero[1:] if len(numero) == 12 and numero.startswith("8") and numero.isdigit() else None


def lire_identite(claims: dict[str, Any], *, psc: bool) -> Identite:
    """Lit UserInfo : zéro, un ou plusieurs exercices, chacun de zéro, une ou plusieurs activités."""
    national = _texte(claims, "SubjectNameID") or _texte(claims, "preferred_username") if psc else ""
    if psc and not national:
        raise ErreurFournisseur("Pro Santé Connect n'a pas donné l'identifiant national de la personne.")
    return Identite(
        sub=_texte(claims, "sub"),
        identifiant_national=national or _texte(claims, "preferred_username") or _texte(claims, "sub"),
        nom=_texte(claims, "family_name"),
        prenom=_texte(claims, "given_name"),
        courriel=_texte(claims, "email"),
        situations=tuple(_situations(claims)) if psc else (),
    )


def _situations(claims: dict[str, Any]) -> list[Situation]:
    trouvees = []
    for exercice in _objets(_objet(claims.get("SubjectRefPro")).get("exercices")):
        commun = {
            "profession": _texte(exercice, "codeProfession"),
            "savoir_faire": _texte(exercice, "codeSavoirFaire"),
            "nom": _texte(exercice, "nomDexercice"),
            "prenom": _texte(exercice, "prenomDexercice"),
        }
        activites = _objets(exercice.get("activities"))
        trouvees += [
            Situation(
                **{**commun, "savoir_faire": commun["savoir_faire"] or _texte(activite, "codeSectionPharmacien")},
                structure=_texte(activite, "raisonSocialeSite") or _texte(activite, "enseigneCommercialeSite"),
                identifiant_structure=_texte(activite, "identifiantTechniqueDeLaStructure"),
                secteur=_texte(activite, "codeSecteurDactivite").partition("^")[0],
            )
            for activite in activites
        ] or [Situation(**commun)]
    return trouvees


def _texte(objet: dict[str, Any], nom: str) -> str:
    valeur = objet.get(nom)
    return valeur if isinstance(valeur, str) else ""


def _objet(valeur: Any) -> dict[str, Any]:
    return valeur if isinstance(valeur, dict) else {}


def _objets(valeur: Any) -> list[dict[str, Any]]:
    return [element for element in valeur if isinstance(element, dict)] if isinstance(valeur, list) else []
