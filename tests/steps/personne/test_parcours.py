"""Le parcours d'une connexion : bouton, mire, accord ou refus, retour ; rien n'y dépend d'un nom de champ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from steps.personne.http import NavigateurHttp
from steps.personne.mire import ABANDONNER, MOTS_PSC, REFUSER, Fournisseur, ReponsePersonne
from steps.personne.navigateur import Navigateur
from steps.personne.parcours import FOURNISSEUR, IMPOSSIBLE, RETOUR, SANS_BOUTON, se_connecter, se_deconnecter
from tests.steps.personne.serveurs import Demande, Rendu, Site, site

ALIX, ZOE = "899900000011", "899900000037"
_LISTE = (
    "<form method=post action=/choix><input type=hidden name=t value=1>"
    "<select name=moyen><option value=cps>Carte CPS<option value=ecps>Application e-CPS</select>"
    f"<select name=p><option value={ALIX}>Alix<option value={ZOE}>Zoé</select>"
    "<button name=d value=non>Annuler</button><button name=d value=oui>Continuer</button></form>"
)
_SAISIE = (
    "<form method=post action=/choix><label>Votre identifiant national <input name=champ_1></label>"
    "<button name=d value=non>Refuser</button><button name=d value=oui>Valider</button></form>"
)
_BOUTONS = (
    f"<form method=post action=/choix><button name=p value={ALIX}>ALIX BIOLOGUE</button>"
    f"<button name=p value={ZOE}>ZOÉ LÉVÊQUE</button><button name=d value=non>Annuler</button></form>"
)


class Monde:
    """Un logiciel, un fournisseur, un navigateur neuf."""

    def __init__(self, labo: Site, psc: Site, navigateur: Navigateur) -> None:
        self.labo, self.psc, self.navigateur = labo, psc, navigateur
        self.fournisseur = Fournisseur("psc", frozenset({psc.url}), MOTS_PSC)
        labo.page("/", "<a href=/cgu>Conditions</a><a href=/psc><img alt='Pro Santé Connect'></a>")
        labo.rediriger("/psc", f"{psc.url}/auth?state=s")
        labo.page("/retour", "<title>Accueil</title>")
        psc.page("/auth", _LISTE)
        psc.pages["/choix"] = self._choix

    def _choix(self, demande: Demande) -> Rendu:
        refus = demande.formulaire.get("d") == "non"
        suite = "error=access_denied" if refus else "code=c-1"
        return Rendu(statut=303, entetes=(("Location", f"{self.labo.url}/retour?{suite}&state=s"),))


@pytest.fixture
def monde() -> Iterator[Monde]:
    with ExitStack() as pile:
        labo, psc = pile.enter_context(site()), pile.enter_context(site())
        navigateur = NavigateurHttp(delai_s=5)
        pile.callback(navigateur.fermer)
        yield Monde(labo, psc, navigateur)


@pytest.mark.parametrize("mire", [_LISTE, _SAISIE, _BOUTONS])
@pytest.mark.parametrize("qui", [ALIX, ZOE])
def test_la_personne_se_connecte_quelle_que_soit_la_mire(monde: Monde, mire: str, qui: str) -> None:
    """Liste, saisie ou boutons : la bonne personne est choisie, et le retour s'arrête dans le logiciel."""
    monde.psc.page("/auth", mire)
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, ReponsePersonne(qui))
    assert (parcours.issue, parcours.authentifiee, parcours.fin.titre) == (RETOUR, True, "Accueil")
    assert qui in monde.psc.demandes[-1].formulaire.values()
    assert monde.psc.demandes[-1].formulaire.get("d", "oui") == "oui"
    assert len(parcours.retours) == 1


@pytest.mark.parametrize(("moyen", "valeur"), [("e-CPS", "ecps"), ("CPS", "cps")])
def test_le_moyen_demande_est_choisi(monde: Monde, moyen: str, valeur: str) -> None:
    """« CPS » n'est pas « e-CPS »."""
    se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, ReponsePersonne(ALIX, moyen))
    assert monde.psc.demandes[-1].formulaire["moyen"] == valeur


@pytest.mark.parametrize("mire", [_LISTE, _SAISIE, _BOUTONS])
def test_la_personne_peut_refuser(monde: Monde, mire: str) -> None:
    """Le refus revient dans le logiciel avec son erreur."""
    monde.psc.page("/auth", mire)
    reponse = ReponsePersonne(ALIX, decision=REFUSER)
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, reponse)
    assert parcours.issue == RETOUR
    assert "error=access_denied" in parcours.retours[0].url


def test_une_session_deja_ouverte_ne_demande_rien(monde: Monde) -> None:
    """SSO : le fournisseur renvoie aussitôt, la personne n'a rien à saisir."""
    monde.psc.rediriger("/auth", f"{monde.labo.url}/retour?code=c-2")
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/psc", monde.fournisseur, ReponsePersonne(ALIX))
    assert (parcours.issue, parcours.authentifiee) == (RETOUR, False)


def test_un_logiciel_sans_bouton_se_dit(monde: Monde) -> None:
    """Un lien d'explication n'est pas un bouton de connexion."""
    monde.labo.page("/", "<a href=/aide>Qu'est-ce que Pro Santé Connect ?</a>")
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, ReponsePersonne(ALIX))
    assert parcours.issue == SANS_BOUTON
    assert monde.psc.demandes == []


def test_les_conditions_a_cocher_le_sont(monde: Monde) -> None:
    """Un contrat accepté par une case : la personne la coche, et rien d'autre."""
    monde.labo.page(
        "/",
        "<form action=/psc><label><input type=checkbox name=cgu value=oui> J'accepte les conditions</label>"
        "<label><input type=checkbox name=rester value=1> Rester connecté</label>"
        "<button>S'identifier avec Pro Santé Connect</button></form>",
    )
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, ReponsePersonne(ALIX))
    assert parcours.issue == RETOUR
    assert monde.labo.demandes[1].requete == {"cgu": "oui"}


def test_une_erreur_du_fournisseur_arrete_le_parcours(monde: Monde) -> None:
    """La page d'erreur n'a rien à remplir : son titre dit pourquoi."""
    monde.psc.page("/auth", "<title>redirect_uri inconnue</title>", statut=400)
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, ReponsePersonne(ALIX))
    assert (parcours.issue, parcours.raison) == (FOURNISSEUR, "redirect_uri inconnue")


def test_la_personne_peut_abandonner_a_la_mire(monde: Monde) -> None:
    """Elle quitte la page : rien n'est envoyé."""
    reponse = ReponsePersonne(ALIX, decision=ABANDONNER)
    parcours = se_connecter(monde.navigateur, f"{monde.labo.url}/", monde.fournisseur, reponse)
    assert parcours.issue == FOURNISSEUR
    assert [d.methode for d in monde.psc.demandes] == ["GET"]


def test_une_adresse_injoignable_est_un_parcours_impossible(monde: Monde) -> None:
    """Le parcours le dit au lieu de lever."""
    parcours = se_connecter(monde.navigateur, "http://127.0.0.1:1/", monde.fournisseur, ReponsePersonne(ALIX))
    assert parcours.issue == IMPOSSIBLE and "ne répond pas" in parcours.raison


def test_la_deconnexion_confirme_chez_le_fournisseur(monde: Monde) -> None:
    """Sans jeton d'identité, le fournisseur demande confirmation ; la personne confirme."""
    monde.psc.page("/logout", "<form method=post action=/fin><button>Se déconnecter</button></form>")
    monde.psc.rediriger("/fin", f"{monde.labo.url}/retour", 303)
    parcours = se_deconnecter(monde.navigateur, f"{monde.psc.url}/logout", monde.fournisseur)
    assert (parcours.issue, parcours.fin.titre) == (RETOUR, "Accueil")
