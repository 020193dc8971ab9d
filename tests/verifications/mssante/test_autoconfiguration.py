"""L'autoconfiguration d'une boîte : fichier lu, essai de connexion, paramètres employés."""

from __future__ import annotations

from dataclasses import replace

from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.verifications.mssante import autoconfiguration as regles
from steps.verifications.mssante.dialogue import sessions
from tests.verifications.mssante.fabrique_dialogues import BAL, Fil

CONFORME, NON_CONFORME = Verdict.CONFORME, Verdict.NON_CONFORME
DOMAINE = BAL.rpartition("@")[2]


def _lecture(domaine: str = DOMAINE, operation: str = "autoconfig") -> Echange:
    echange = Fil().commande("GET", domaine=domaine, statut=200)
    return replace(echange, operation=operation, notes={"domaine": domaine})


def _essai(point: str = "autoconfiguration", bal: str = BAL, statut: int | None = None) -> list[Echange]:
    fil = Fil("imap").ouvrir().chiffrer().identifier(bal=bal, statut=statut)
    return [replace(e, notes={**e.notes, **({"point": point} if point else {})}) for e in fil.echanges]


def _verdicts(*echanges: Echange) -> list[Verdict]:
    return [c.verdict for c in regles.configuree(echanges, BAL, "fait")]


def test_configuree() -> None:
    """Le fichier du domaine, puis une session ouverte sur la BAL ; sans l'un ou l'autre, un manquement."""
    assert _verdicts(_lecture(), *_essai()) == [CONFORME, CONFORME]
    assert _verdicts(_lecture(DOMAINE.upper()), *_essai()) == [CONFORME, CONFORME]
    saisie = BAL.replace("alix.biologue", "Alix.Biologue")
    assert [c.verdict for c in regles.configuree([_lecture(), *_essai()], saisie, "fait")] == [CONFORME, CONFORME]
    assert _verdicts(_lecture("ailleurs.mssante.fr"), *_essai()) == [NON_CONFORME]
    assert _verdicts() == [NON_CONFORME]
    assert _verdicts(_lecture(operation="dns:SRV"), *_essai()) == [Verdict.A_VERIFIER]
    assert _verdicts(_lecture()) == [CONFORME, NON_CONFORME]
    assert _verdicts(_lecture(), *_essai(statut=500)) == [CONFORME, NON_CONFORME]
    assert _verdicts(_lecture(), *_essai(bal="autre@labo.formation.mssante.fr")) == [CONFORME, NON_CONFORME]
    avant = _essai()
    assert _verdicts(_lecture(), *avant[:0]) == [CONFORME, NON_CONFORME]


def test_parametres_employes() -> None:
    """Le port que seul le fichier annonce ; un autre est un manquement, aucune session n'est pas jugeable."""
    assert regles.parametres_employes("imap", sessions(_essai()), BAL).verdict is CONFORME
    assert regles.parametres_employes("imap", sessions(_essai("")), BAL).verdict is NON_CONFORME
    assert regles.parametres_employes("smtp", sessions(_essai()), BAL).verdict is Verdict.NON_CONCLUANT
    suite_d_une_session = _essai("")[-2:]
    assert regles.parametres_employes("imap", sessions(suite_d_une_session), BAL).verdict is Verdict.NON_CONCLUANT
