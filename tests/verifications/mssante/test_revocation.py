"""Révocation : moyens vus, CRL gardée, CRL gardée employée."""

from __future__ import annotations

from dataclasses import replace

from reports.verdict import Verdict
from simulators.socle.echange import Echange, Reponse, Requete
from steps.verifications.mssante.dialogue import sessions
from steps.verifications.mssante.revocation import (
    Moyen,
    connexion_sans_crl_courante,
    moyen_de_controle,
    moyens,
    revoque_refuse_sans_crl,
)
from tests.verifications.mssante.fabrique_dialogues import Fil, envoi_normal, releve_normal

SEULE_CRL = frozenset({Moyen.CRL})
LES_DEUX = frozenset(Moyen)
AUCUN: frozenset[Moyen] = frozenset()


def appel(operation: str, cible: str, statut: int = 200) -> Echange:
    modele = envoi_normal()[0]
    return replace(
        modele, service="igc", operation=operation, requete=Requete("GET", cible), reponse=Reponse(statut), notes={}
    )


CRL = appel("crl", "/crl/organisations.crl")


def test_moyens() -> None:
    """La CRL qui compte est celle de l'autorité de l'opérateur, obtenue ; une erreur n'en est pas une."""
    assert moyens([CRL]) == SEULE_CRL
    assert moyens([CRL, appel("ocsp", "/ocsp")]) == LES_DEUX
    assert moyens([appel("crl", "/crl/personnes.crl"), appel("crl", "/crl/organisations.crl", 503)]) == AUCUN
    assert moyen_de_controle([CRL]).verdict is Verdict.CONFORME
    assert moyen_de_controle([appel("ocsp", "/ocsp")]).verdict is Verdict.A_VERIFIER
    assert moyen_de_controle([]).verdict is Verdict.A_VERIFIER


def sans_crl(face: list[Echange], vus: frozenset[Moyen], temoins: list[Echange] | None = None) -> Verdict:
    temoins = envoi_normal() if temoins is None else temoins
    return connexion_sans_crl_courante(
        "smtp", sessions(face), sessions(temoins), vus, "le serveur de CRL ne répond plus"
    ).verdict


def test_crl_gardee() -> None:
    """La connexion s'établit sans CRL courante ; son échec est un manquement si une CRL avait été obtenue."""
    echec = Fil().ouvrir().refuser_la_poignee().echanges
    assert sans_crl(envoi_normal(), SEULE_CRL) is Verdict.CONFORME
    assert sans_crl(echec, SEULE_CRL) is Verdict.NON_CONFORME
    assert sans_crl(echec, LES_DEUX) is Verdict.NON_CONFORME
    assert sans_crl(echec, AUCUN) is Verdict.A_VERIFIER
    assert sans_crl([], SEULE_CRL) is Verdict.NON_CONCLUANT
    assert sans_crl(releve_normal(), SEULE_CRL) is Verdict.NON_CONCLUANT


def test_sans_temoin() -> None:
    """Si rien ne marchait déjà avant la panne de CRL : OCSP indispensable est à vérifier, sinon non concluant."""
    echec = Fil().ouvrir().refuser_la_poignee().echanges
    assert sans_crl(echec, LES_DEUX, temoins=echec) is Verdict.A_VERIFIER
    assert sans_crl(echec, SEULE_CRL, temoins=echec) is Verdict.NON_CONCLUANT


def revoque(face: list[Echange], vus: frozenset[Moyen], temoins: list[Echange] | None = None) -> Verdict:
    temoins = envoi_normal() if temoins is None else temoins
    return revoque_refuse_sans_crl("smtp", sessions(face), sessions(temoins), vus).verdict


def test_revoque_sans_crl() -> None:
    """Révoqué selon la CRL gardée : refus attendu ; sans CRL jamais obtenue, la règle est secondaire."""
    refus = Fil(certificat="revoque_crl").ouvrir().refuser_la_poignee().echanges
    accepte = Fil(certificat="revoque_crl").ouvrir().chiffrer().identifier().finir()
    assert revoque(refus, SEULE_CRL) is Verdict.CONFORME
    assert revoque(accepte, SEULE_CRL) is Verdict.NON_CONFORME
    assert revoque(accepte, AUCUN) is Verdict.A_VERIFIER
    assert revoque(refus, SEULE_CRL, temoins=[]) is Verdict.NON_CONCLUANT
    assert revoque(envoi_normal(), SEULE_CRL) is Verdict.NON_CONCLUANT
    hesite = Fil(certificat="revoque_crl").ouvrir().chiffrer()
    assert revoque(hesite.echanges, SEULE_CRL) is Verdict.A_VERIFIER
    assert revoque(hesite.finir(), SEULE_CRL) is Verdict.CONFORME
