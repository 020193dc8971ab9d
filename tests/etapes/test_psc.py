"""Étapes des connexions : les mots des features, et un produit qui ne sait pas tout, ou qui ment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reports.verdict import Verdict
from requirements.modele import Fournisseur, Modalite
from simulators.banc import Banc
from simulators.psc.pannes import PANNES
from simulators.socle.journal import JournalEchanges
from steps.bilan import NonConcluant, ScenarioArrete
from steps.collecte import features
from steps.essai import Essai
from steps.etapes import psc_commun, psc_comptes, psc_connexion, psc_fautes, psc_gestes, psc_sessions
from steps.etapes.vocabulaire import PhraseInconnue
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree
from steps.logiciel.protocole import ReponseAction
from steps.logiciel.temoin import RACINE
from steps.verifications.psc.regles_refus import ADMISES
from steps.verifications.psc.regles_refus import FAUTES as JUGEES
from tests.etapes.test_annuaire import Produit, fait
from tests.steps.personne.serveurs import Rendu, site

WEB = ConnexionDeclaree(modalites=("web",), redirect_uris=("http://127.0.0.1/r",))


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with JournalEchanges.creer(tmp_path_factory.mktemp("journal") / "j") as journal, Banc(journal) as monte:
        yield monte


@pytest.fixture
def essayer(banc: Banc) -> Iterator[Callable[..., Essai]]:
    """Un scénario en cours pour ce produit."""
    banc.remettre_a_zero()
    ouverts: list[Essai] = []

    def ouvrir(produit: Produit, connexion: ConnexionDeclaree = WEB) -> Essai:
        retenu = cast("Any", SimpleNamespace(numero="PSC.01.01"))
        logiciel = ConfigurationLogiciel("Produit feint", "1", ("Général",), "http", delai_s=0.5)
        ouverts.append(Essai(retenu, produit, banc, banc.journal, logiciel, connexion=connexion))
        return ouverts[-1]

    yield ouvrir
    for essai in ouverts:
        essai.terminer()


# -------------------------------------------------------------------- les mots
@pytest.mark.parametrize(
    ("phrase", "nom"),
    [
        ("le professionnel", "le professionnel"),
        ("du professionnel", "le professionnel"),
        ("à un autre professionnel", "un autre professionnel"),
        ("d'un autre professionnel", "un autre professionnel"),
        ("de « la pharmacienne »", "la pharmacienne"),
        ("à « la secrétaire »", "la secrétaire"),
    ],
)
def test_une_personne_se_nomme_de_plusieurs_facons(phrase: str, nom: str) -> None:
    """Les articles contractés du français mènent à la même personne."""
    assert psc_commun.nom_nu(phrase) == nom
    assert psc_commun.identifiant_de(phrase) == psc_commun.PERSONNES[nom]


def test_chaque_personne_nommee_est_connue_du_fournisseur(banc: Banc) -> None:
    """Une personne que la mire ne montre pas ne pourrait pas se connecter."""
    assert set(psc_commun.PERSONNES.values()) <= set(banc.psc.personnes)
    with pytest.raises(PhraseInconnue, match="personne inconnue"):
        psc_commun.identifiant_de("« le jardinier »")


def test_chaque_reponse_nommee_est_une_panne_jugee() -> None:
    """Un mot d'une feature mène à une panne que le fournisseur joue et qu'une règle juge, sans doublon."""
    connues = {panne.nom for panne in PANNES}
    assert set(psc_fautes.FAUTES.values()) <= connues & set(JUGEES)
    assert set(psc_fautes.JUSTES.values()) == set(ADMISES)
    assert len(set(psc_fautes.FAUTES.values())) == len(psc_fautes.FAUTES)
    with pytest.raises(PhraseInconnue, match="réponse inconnue"):
        psc_fautes._panne("un jeton violet")


def test_chaque_faute_se_rencontre_dans_une_feature() -> None:
    """Une réponse fautive que plus aucune feature ne joue ne serait plus jamais refusée."""
    ecrites = "\n".join(f.read_text(encoding="utf-8") for f in features(RACINE / "features"))
    assert [mot for mot in (*psc_fautes.FAUTES, *psc_fautes.JUSTES) if f"| {mot} " not in ecrites] == []


# ----------------------------------------------------------------- les produits
def test_un_logiciel_qui_ne_dit_rien_de_sa_connexion_n_est_pas_juge(essayer: Callable[..., Essai]) -> None:
    """Le message dit où le dire."""
    essai = essayer(Produit(), NON_DECLAREE)
    with pytest.raises(NonConcluant, match=r"pro_sante_connect\.modalites"):
        psc_commun.mode(essai)


def test_sans_adresse_de_retour_rien_n_est_juge(essayer: Callable[..., Essai]) -> None:
    """Un refus du fournisseur ne dirait rien du logiciel ; le message dit où l'enregistrer."""
    essai = essayer(Produit(), ConnexionDeclaree(modalites=("web",)))
    with pytest.raises(NonConcluant, match=r"pro_sante_connect\.redirect_uris"):
        psc_commun.choisir_mode(essai, Fournisseur.ETABLISSEMENT)


def test_le_mode_prefere_est_celui_que_le_logiciel_reclame(essayer: Callable[..., Essai]) -> None:
    """Web avant navigateur du poste, et CIBA en dernier ; l'établissement peut en avoir d'autres."""
    connexion = ConnexionDeclaree(
        modalites=("ciba", "navigateur_externe"), modalites_etablissement=("ciba",), redirect_uris=WEB.redirect_uris
    )
    essai = essayer(Produit(), connexion)
    assert psc_commun.mode(essai).modalite is Modalite.NAVIGATEUR_EXTERNE
    assert psc_commun.choisir_mode(essai, Fournisseur.ETABLISSEMENT).modalite is Modalite.CIBA


def test_une_connexion_sans_action_est_non_executee(essayer: Callable[..., Essai]) -> None:
    """La modalité est réclamée, l'adaptateur ne sait pas la jouer : une personne la déroulera."""
    essai = essayer(Produit())
    with pytest.raises(ScenarioArrete):
        psc_gestes.connecter(essai, "le professionnel")
    assert essai.bilan.verdict() is Verdict.NON_EXECUTE


def test_une_connexion_sans_adresse_n_est_pas_jugeable(essayer: Callable[..., Essai]) -> None:
    """Le navigateur ne sait pas où aller : c'est l'adaptateur qui est en faute."""
    essai = essayer(Produit(ouvrir_connexion=lambda _: fait(connexion_id="c")))
    with pytest.raises(NonConcluant, match="url"):
        psc_gestes.connecter(essai, "le professionnel")


def test_un_logiciel_sans_bouton_ne_passe_pas_pour_connecte(essayer: Callable[..., Essai]) -> None:
    """L'écran n'a pas le bouton : la session de la personne manque, et le parcours le dit."""
    with site() as labo:
        labo.page("/", "<p>Identifiant et mot de passe</p>")
        essai = essayer(
            Produit(
                ouvrir_connexion=lambda _: fait(connexion_id="c", url=f"{labo.url}/"),
                lire_connexion=lambda _: fait(session={"ouverte": False}),
            )
        )
        vue = psc_gestes.connecter(essai, "le professionnel")
    assert vue.parcours is not None and "aucun bouton" in vue.parcours.en_phrase()
    assert vue.tentative.ouverte is False
    psc_connexion.session_sienne(essai, "du professionnel")
    assert essai.bilan.verdict() is Verdict.NON_CONCLUANT
    assert "aucun bouton" in essai.bilan.raison


def test_une_session_annoncee_sans_passer_par_le_fournisseur_ne_prouve_rien(essayer: Callable[..., Essai]) -> None:
    """Un produit qui se dit connecté sans qu'aucun jeton n'ait été rendu n'est pas cru."""
    session = {
        "ouverte": True,
        "session_id": "s",
        "identifiant_national": psc_commun.identifiant_de("le professionnel"),
    }
    fermees: list[str] = []

    def fermer(parametres: Any) -> ReponseAction:
        fermees.append(parametres["session_id"])
        return fait(session={"ouverte": False})

    with site() as labo:
        labo.page("/", "<p>Bienvenue</p>")
        essai = essayer(
            Produit(
                ouvrir_connexion=lambda _: fait(connexion_id="c", url=f"{labo.url}/"),
                lire_connexion=lambda _: fait(session=session),
                fermer_session=fermer,
            )
        )
        psc_gestes.connecter(essai, "le professionnel")
        psc_connexion.session_sienne(essai, "du professionnel")
        essai.terminer()
    assert essai.bilan.verdict() is Verdict.NON_CONCLUANT
    assert fermees == ["s"], "une session laissée ouverte suivrait dans les scénarios d'après"


def test_le_parcours_est_au_journal_sans_le_code_du_retour(essayer: Callable[..., Essai], banc: Banc) -> None:
    """Ce que le navigateur a traversé reste en preuve ; un secret connu du banc y est une empreinte."""
    code = "c-secret-du-retour-123456"
    banc.journal.proteger(code)
    with site() as labo:
        labo.rediriger("/", f"/fin?code={code}")
        labo.pages["/fin"] = lambda _: Rendu(f"<p>{code}</p><p>Pro Santé Connect</p>")
        essai = essayer(
            Produit(
                ouvrir_connexion=lambda _: fait(connexion_id="c", url=f"{labo.url}/"),
                lire_connexion=lambda _: fait(session={"ouverte": False}),
            )
        )
        vue = psc_gestes.connecter(essai, "le professionnel")
    assert [p["genre"] for p in vue.passages] == ["redirection", "page"]
    assert "empreinte:" in vue.passages[1]["url"] and code not in str(vue.passages)
    (piece,) = essai.bilan.pieces
    assert piece.genre == "trace/log" and code.encode() not in piece.octets


def test_un_compte_que_le_logiciel_ne_cree_pas_laisse_a_verifier(essayer: Callable[..., Essai]) -> None:
    """Sans compte et sans session, la personne n'est pas jugée, et la raison est dite."""
    with site() as labo:
        labo.page("/", "")
        essai = essayer(
            Produit(
                creer_compte=lambda _: ReponseAction("refuse", ("réservé à l'annuaire",)),
                ouvrir_connexion=lambda _: fait(connexion_id="c", url=f"{labo.url}/"),
                lire_connexion=lambda _: fait(session={"ouverte": False}),
            )
        )
        psc_connexion.compte_du_logiciel(essai, "« la pharmacienne »")
        psc_gestes.connecter(essai, "« la pharmacienne »")
        psc_connexion.session_sienne(essai, "de « la pharmacienne »")
    assert essai.bilan.verdict() is Verdict.A_VERIFIER
    assert "réservé à l'annuaire" in essai.bilan.constats[0].message


def test_pro_sante_connect_seul_moyen_demande_la_capture(essayer: Callable[..., Essai]) -> None:
    """Rien à rapprocher : la capture de l'écran, et le scénario s'arrête là."""
    essai = essayer(Produit(), ConnexionDeclaree(modalites=("web",), seul_moyen=True))
    essai.releves["écran de connexion"] = {"moyens": ["psc"]}
    with pytest.raises(ScenarioArrete):
        psc_comptes.moyens_declares(essai)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_juger_une_deconnexion_qui_n_a_pas_eu_lieu_est_refuse(essayer: Callable[..., Essai]) -> None:
    """Une feature dont une phrase manque ne donne pas de verdict."""
    essai = essayer(Produit())
    with pytest.raises(NonConcluant, match="ne s'est pas déconnecté"):
        psc_sessions.session_fermee(essai, "du professionnel")
    with pytest.raises(NonConcluant, match="n'a pas fait passer de temps"):
        psc_sessions.doit_se_reauthentifier(essai, "le professionnel")
    with pytest.raises(NonConcluant, match="aucune de ces réponses"):
        psc_fautes.aucune_session(essai, "au professionnel")
