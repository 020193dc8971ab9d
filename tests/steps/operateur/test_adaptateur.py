"""L'adaptateur `operateur` : une action du contrat devient une demande, la réponse d'une personne devient la sienne."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from reports.verdict import Verdict
from steps.bilan import ActionAbandonnee
from steps.logiciel.contrat import SERVICES_GUETTES, charger_contrat
from steps.logiciel.protocole import AdaptateurInjoignable, AproposInconnu, ReponseAction
from steps.operateur.adaptateur import ATTENTES, AdaptateurOperateur, releve
from steps.operateur.consigne import Consigne, Issue, Reponse
from steps.operateur.guichet import Guichet, GuichetFerme, OperateurAbsent, ReponseRefusee
from steps.operateur.valeurs import aplatir, libelle

IDENTITE = {"nom_naissance": "D'ARTAGNAN", "matricule_ins": None, "prenoms_naissance": "ÉLODIE MARIE"}


class Repondeur:
    """Un guichet qui répond ce qu'on lui a donné, et garde les demandes."""

    def __init__(self, *reponses: Reponse | Exception) -> None:
        self.reponses = list(reponses)
        self.consignes: list[Consigne] = []

    def demander(self, consigne: Consigne) -> Reponse:
        self.consignes.append(consigne)
        reponse = self.reponses.pop(0)
        if isinstance(reponse, Exception):
            raise reponse
        return reponse


def test_consigne_complete() -> None:
    """La demande dit quoi faire, avec quel compte, quelles valeurs, et ce que le banc guette."""
    guichet = Repondeur(Reponse(Issue.FAIT))
    adaptateur = AdaptateurOperateur(guichet, comptes={"biologiste_1": "dr.martin"}, delai_s=60)
    adaptateur.jouer("appeler_insi", "biologiste_1", {"patient_id": "P-12", "modalite": "traits", "accepter": True})
    [consigne] = guichet.consignes
    assert consigne.titre == "Récupérer l'INS par le téléservice INSi"
    assert "P-12" in consigne.quoi_faire and "(traits)" in consigne.quoi_faire
    assert (consigne.utilisateur, consigne.service, consigne.delai_s) == ("dr.martin", "insi", 60)
    assert consigne.role.startswith("Professionnel de santé")
    assert "INSi" in consigne.attente
    assert [(v.chemin, v.texte, v.nature) for v in consigne.valeurs] == [
        ("patient_id", "P-12", "texte"),
        ("modalite", "traits", "texte"),
        ("accepter", "oui", "booleen"),
    ]
    assert "code_retour" in consigne.schema["properties"]


def test_valeurs_imbriquees() -> None:
    """Listes et objets deviennent des valeurs simples, chacune avec son chemin et un libellé clair."""
    valeurs = aplatir(
        {
            "identite": IDENTITE,
            "analyses": [{"code": "718-7", "valeur": None}, {"code": "2345-7"}],
            "documents": ["D1"],
            "copies": [],
            "valeur": {"a.b": 3, "vide": {}},
        }
    )
    assert [(v.chemin, v.libelle, v.texte, v.nature) for v in valeurs] == [
        ("identite.nom_naissance", "Identité, nom de naissance", "D'ARTAGNAN", "texte"),
        ("identite.matricule_ins", "Identité, matricule INS", "(laisser vide)", "nul"),
        ("identite.prenoms_naissance", "Identité, prénoms de naissance", "ÉLODIE MARIE", "texte"),
        ("analyses.0.code", "Analyse n° 1, code", "718-7", "texte"),
        ("analyses.0.valeur", "Analyse n° 1, valeur", "(laisser vide)", "nul"),
        ("analyses.1.code", "Analyse n° 2, code", "2345-7", "texte"),
        ("documents.0", "Documents", "D1", "texte"),
        ("copies", "Copies", "(aucun)", "liste_vide"),
        ("valeur.a\\.b", "Valeur, a.b", "3", "nombre"),
        ("valeur.vide", "Valeur, vide", "(aucun)", "objet_vide"),
    ]
    assert libelle("rpps") == "RPPS" and libelle("patient_id") == "Patient"


def test_reponse_devient_celle_de_l_action() -> None:
    """Issue, messages et relevé passent tels quels ; un message HL7 collé retrouve ses retours chariot."""
    guichet = Repondeur(
        Reponse(Issue.REFUSE, messages=("Droit absent",), donnees={"messages_hl7": ["MSH|^~\\&\nPID|1\n"]})
    )
    reponse = AdaptateurOperateur(guichet).jouer("lire_messages_emis", "agent_accueil", {"patient_id": "P"})
    assert reponse == ReponseAction("refuse", ("Droit absent",), {"messages_hl7": ["MSH|^~\\&\rPID|1\r"]})
    assert releve("un texte\nsur deux lignes") == "un texte\nsur deux lignes"


def test_reponse_hors_contrat_redemandee() -> None:
    """Un relevé que le contrat ne lit pas n'accuse jamais le logiciel : la demande revient, avec l'explication."""
    guichet = Repondeur(
        Reponse(Issue.FAIT, donnees={"retour": "PEUT-ÊTRE"}), Reponse(Issue.FAIT, donnees={"retour": "OK"})
    )
    reponse = AdaptateurOperateur(guichet).jouer("verifier_ins", "biologiste_1", {"patient_id": "P"})
    assert reponse.donnees == {"retour": "OK"}
    assert guichet.consignes[0].rappel == ""
    assert "PEUT-ÊTRE" in guichet.consignes[1].rappel and "attendue parmi 'OK', 'KO'" in guichet.consignes[1].rappel


def test_guichet_refuse_un_releve_hors_contrat(au_guichet: Callable[..., Any]) -> None:
    """Le guichet lui-même refuse le relevé, et la demande reste posée."""
    guichet, futur = au_guichet("verifier_ins", patient_id="P")
    with pytest.raises(ReponseRefusee, match="ne suit pas le contrat"):
        guichet.repondre(1, Reponse(Issue.FAIT, donnees={"retour": "peut-être"}))
    guichet.repondre(1, Reponse(Issue.FAIT, donnees={"retour": "KO"}))
    assert futur.result(5).donnees == {"retour": "KO"}


@pytest.mark.parametrize(
    ("issue", "verdict", "mots"),
    [
        (Issue.SANS_OBJET, Verdict.A_VERIFIER, "déclaré sans objet à l'action « Vérifier l'INS"),
        (Issue.IMPOSSIBLE, Verdict.NON_EXECUTE, "la personne n'est pas parvenue à « Vérifier l'INS"),
    ],
)
def test_action_abandonnee(issue: Issue, verdict: Verdict, mots: str) -> None:
    """« Ne s'applique pas » et « je n'y arrive pas » arrêtent le scénario, avec la raison et le bon verdict."""
    guichet = Repondeur(Reponse(issue, raison=" l'écran est gris "))
    with pytest.raises(ActionAbandonnee, match=mots) as levee:
        AdaptateurOperateur(guichet).jouer("verifier_ins", "biologiste_1", {"patient_id": "P"})
    assert levee.value.verdict is verdict
    assert str(levee.value).endswith(": l'écran est gris")


@pytest.mark.parametrize("erreur", [OperateurAbsent("aucune réponse en 5 s"), GuichetFerme("la campagne s'arrête")])
def test_personne_absente(erreur: Exception) -> None:
    """Personne au guichet : le banc ne peut pas faire agir le logiciel, qui n'y est pour rien."""
    with pytest.raises(AdaptateurInjoignable, match=str(erreur)):
        AdaptateurOperateur(Repondeur(erreur)).jouer("lire_liste_travail", "biologiste_1", {})


def test_identite_du_logiciel_inconnue() -> None:
    """Une personne ne dit pas quel logiciel tourne : logiciel.yaml le fait."""
    with pytest.raises(AproposInconnu):
        AdaptateurOperateur(Repondeur()).apropos()


def test_chaque_action_se_demande() -> None:
    """Toute action du contrat a un titre, une consigne et une attente lisibles."""
    adaptateur = AdaptateurOperateur(Repondeur())
    assert set(ATTENTES) == {"", *SERVICES_GUETTES}
    for action in charger_contrat().actions.values():
        consigne = adaptateur.consigne(action, "biologiste_1", {})
        assert consigne.titre and consigne.quoi_faire and consigne.attente
        assert "{" not in consigne.quoi_faire


@pytest.fixture
def au_guichet() -> Any:
    """Une action posée à un vrai guichet par un autre fil."""
    executeur = ThreadPoolExecutor(1)
    guichet = Guichet()

    def poser(action: str, **parametres: Any) -> tuple[Guichet, Future[ReponseAction]]:
        futur = executeur.submit(AdaptateurOperateur(guichet).jouer, action, "biologiste_1", parametres)
        vue = guichet.etat().version
        while guichet.etat().consigne is None:
            vue = guichet.attendre(vue, 5)
        return guichet, futur

    yield poser
    guichet.fermer()
    executeur.shutdown()
