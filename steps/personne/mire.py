"""Répondre à une page comme la personne : trouver le bouton, l'identité, le moyen, par leur nature et non par leur nom.

La mire du banc et la page de connexion du logiciel se lisent de la même façon ; rien n'y suppose un nom de champ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from steps.personne.navigateur import Navigateur
from steps.personne.pages import Bouton, Champ, Formulaire, Lien, Page, sans_accents

ACCEPTER, REFUSER, ABANDONNER = "accepter", "refuser", "abandonner"

_REFUS = re.compile(r"\b(refus|annul|abandon|rejet|cancel|deny|decline|non$)")
_ACCORD = re.compile(r"\b(accept|autoris|continu|valid|confirm|connect|approuv|suivant|ok\b|oui\b|entrer|login|sign)")
_IDENTITE = re.compile(r"identifiant|rpps|national|utilisateur|login|username|personne|compte")
_CONDITIONS = re.compile(r"\bcgu\b|conditions|j.accepte|contrat")
_BAVARD = re.compile(
    r"qu.est.ce|savoir plus|en savoir|condition|\bcgu\b|mention|aide|assistance|faq|deconn|logout|signout|en panne"
)


@dataclass(frozen=True)
class ReponsePersonne:
    """Qui s'authentifie, par quel moyen, et ce qu'elle décide (accepter, refuser, abandonner)."""

    identifiant: str
    moyen: str = "e-CPS"
    decision: str = ACCEPTER


@dataclass(frozen=True)
class Fournisseur:
    """Un fournisseur d'identité : ses origines, et les mots par lesquels un logiciel le propose."""

    nom: str
    origines: frozenset[str]
    mots: re.Pattern[str]


MOTS_PSC = re.compile(r"pro[\s_-]?sante[\s_-]?connect|\bpsc\b|psc[_-]|[_-]psc|/psc\b")
MOTS_ETABLISSEMENT = re.compile(r"etablissement|fournisseur d.identite|openid|oidc|\bsso\b|compte de la structure")


@dataclass(frozen=True)
class _Geste:
    """Un envoi de formulaire, un lien ou un bouton à cliquer, et ce qu'il vaut pour ce qu'on cherche."""

    note: int
    formulaire: Formulaire | None = None
    valeurs: Mapping[str, str] | None = None
    bouton: Bouton | None = None
    lien: Lien | None = None

    def faire(self, navigateur: Navigateur) -> Page:
        if self.formulaire is not None:
            return navigateur.envoyer(self.formulaire, self.valeurs or {}, self.bouton)
        if self.lien is not None:
            return navigateur.suivre(self.lien)
        assert self.bouton is not None
        return navigateur.cliquer(self.bouton)


def repondre_a_la_mire(navigateur: Navigateur, reponse: ReponsePersonne) -> Page | None:
    """Fait sur la page affichée ce que la personne y ferait ; None si elle n'y peut rien faire."""
    page = navigateur.page
    gestes = [geste for formulaire in page.formulaires if (geste := _remplir(formulaire, reponse))]
    gestes += [_Geste(note, lien=lien) for lien in page.liens if (note := _note(lien.mots, reponse))]
    return _meilleur(gestes, navigateur)


def demander_la_connexion(navigateur: Navigateur, fournisseur: Fournisseur) -> Page | None:
    """Clique sur le bouton de ce fournisseur dans la page du logiciel ; None s'il n'y est pas."""
    page = navigateur.page
    gestes: list[_Geste] = []
    for formulaire in page.formulaires:
        for bouton in formulaire.boutons:
            if fournisseur.mots.search(f"{bouton.mots} {formulaire.mots}") and not _BAVARD.search(bouton.mots):
                propre = 2 if fournisseur.mots.search(bouton.mots) else 0
                gestes.append(_Geste(3 + propre, formulaire, _conditions(formulaire.champs), bouton))
    gestes += [
        _Geste(4, lien=lien)
        for lien in page.liens
        if fournisseur.mots.search(lien.mots) and not _BAVARD.search(lien.mots)
    ]
    gestes += [_Geste(1, bouton=bouton) for bouton in page.boutons_libres if fournisseur.mots.search(bouton.mots)]
    return _meilleur(gestes, navigateur)


def confirmer(navigateur: Navigateur) -> Page | None:
    """Confirme ce que la page demande (une fin de session) ; None s'il n'y a rien à confirmer."""
    gestes = [
        _Geste(2, formulaire, {}, bouton)
        for formulaire in navigateur.page.formulaires
        for bouton in formulaire.boutons
        if not _REFUS.search(bouton.mots)
    ]
    return _meilleur(gestes, navigateur)


def _meilleur(gestes: Iterable[_Geste], navigateur: Navigateur) -> Page | None:
    meilleur = max(gestes, key=lambda geste: geste.note, default=None)
    return meilleur.faire(navigateur) if meilleur is not None else None


def _remplir(formulaire: Formulaire, reponse: ReponsePersonne) -> _Geste | None:
    if reponse.decision == REFUSER:
        refus = next((b for b in formulaire.boutons if _REFUS.search(b.mots)), None)
        if refus is not None:
            return _Geste(9, formulaire, {}, refus)
    valeurs: dict[str, str] = {}
    for champ in formulaire.champs:
        if champ.visible and (valeur := _valeur(champ, reponse)) is not None:
            valeurs[champ.nom] = valeur
    possibles = [b for b in formulaire.boutons if not _REFUS.search(b.mots)]
    if not possibles:
        return None
    bouton = max(possibles, key=lambda b: _note(f"{b.valeur} {b.mots}", reponse))
    note = 2 * len(valeurs) + _note(f"{bouton.valeur} {bouton.mots}", reponse)
    return _Geste(note, formulaire, valeurs, bouton)


def _valeur(champ: Champ, reponse: ReponsePersonne) -> str | None:
    """Ce que la personne met dans ce champ ; None : elle n'y touche pas."""
    if champ.genre == "checkbox":
        return champ.choix[0].valeur if champ.choix and not champ.valeur else None
    if champ.choix:
        siens = [c for c in champ.choix if reponse.identifiant in (c.valeur, *c.libelle.split())]
        siens += [c for c in champ.choix if reponse.identifiant in c.libelle or reponse.identifiant in c.valeur]
        siens += [c for c in champ.choix if _est_le_moyen(f"{c.valeur} {c.libelle}", reponse.moyen)]
        return siens[0].valeur if siens else None
    if champ.genre in ("text", "search", "tel", "email", "number") and _IDENTITE.search(champ.mots):
        return reponse.identifiant
    return None


def _note(mots: str, reponse: ReponsePersonne) -> int:
    """Combien ces mots ressemblent à ce que la personne cherche ; 0 : rien à voir."""
    if _REFUS.search(sans_accents(mots)):
        return 9 if reponse.decision == REFUSER else 0
    if reponse.identifiant in mots:
        return 8
    if _est_le_moyen(mots, reponse.moyen):
        return 5
    return 1 if _ACCORD.search(sans_accents(mots)) else 0


def _est_le_moyen(mots: str, moyen: str) -> bool:
    mots, moyen = sans_accents(mots), sans_accents(moyen)
    if moyen == "e-cps":
        return bool(re.search(r"\be-?cps\b", mots))
    if moyen == "cps":
        return bool(re.search(r"(?<![a-z])(?<!e-)cps\b", mots))
    return bool(moyen) and moyen in mots


def _conditions(champs: Iterable[Champ]) -> dict[str, str]:
    """Les cases d'acceptation des conditions d'utilisation, que la personne coche avant de se connecter."""
    return {
        c.nom: c.choix[0].valeur
        for c in champs
        if c.genre == "checkbox" and c.choix and not c.valeur and _CONDITIONS.search(f"{c.mots} {c.choix[0].libelle}")
    }
