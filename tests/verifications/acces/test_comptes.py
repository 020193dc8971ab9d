"""Chaque règle des comptes et sessions a un exemple qui la suit et un qui l'enfreint, et n'accuse que les siens."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from reports.constat import Confiance, Constat
from reports.verdict import Verdict
from steps.regles import charger_les_regles
from steps.verifications.acces import masse
from steps.verifications.acces.lecture import ligne_de, lire_fichier
from steps.verifications.acces.masse import Extraction
from steps.verifications.fichier_tabulaire import FichierIllisible
from steps.verifications.registre import REGLES
from tests.verifications.acces.exemples_comptes import A_REGARDER, CONFORMES, REMARQUES, SANS_OBJET
from tests.verifications.acces.exemples_comptes_fautifs import FAUTIFS
from tests.verifications.acces.fabrique_comptes import NOE, ZOE

PRECONISEES = {"ACC-SES-07", "ACC-SES-08"}
"""Ne pas les suivre n'enfreint rien."""
FAMILLES = ("SYN", "MAS", "TRA", "MDP", "RPPS", "ADR", "IDE", "ATT", "SES")


def _en_cause(constats: list[Constat]) -> set[str]:
    return {constat.code for constat in constats if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Un exemple conforme, ou une variante légitime, n'est mis en cause par aucune règle."""
    constats = CONFORMES[nom]()
    assert constats
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME or c.attendu] == []


@pytest.mark.parametrize("nom", FAUTIFS)
def test_fautif(nom: str) -> None:
    """Un exemple fautif enfreint ses règles et elles seules, sans jamais rester sans verdict."""
    constats = FAUTIFS[nom][0]()
    assert _en_cause(constats) == FAUTIFS[nom][1]
    assert Verdict.NON_CONCLUANT not in {c.verdict for c in constats}
    officielles = {
        c.verdict for c in constats if c.confiance is Confiance.OFFICIELLE and c.verdict is not Verdict.CONFORME
    }
    assert officielles <= {Verdict.NON_CONFORME}


@pytest.mark.parametrize("nom", SANS_OBJET)
def test_sans_objet(nom: str) -> None:
    """Sans contrôle positif, ou rien à examiner : jamais conforme."""
    assert {c.verdict for c in SANS_OBJET[nom]()} == {Verdict.NON_CONCLUANT}


@pytest.mark.parametrize("nom", A_REGARDER)
def test_a_regarder(nom: str) -> None:
    """Ce que le banc ne sait pas lire est à vérifier par une personne."""
    assert {c.verdict for c in A_REGARDER[nom]()} == {Verdict.A_VERIFIER}


@pytest.mark.parametrize("nom", REMARQUES)
def test_remarque(nom: str) -> None:
    """Une remarque reste conforme et dit ce qui était attendu."""
    (constat,) = REMARQUES[nom]()
    assert (constat.verdict, bool(constat.attendu)) == (Verdict.CONFORME, True)


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle des comptes est suivie par un exemple et enfreinte (ou signalée) par un autre, qui s'explique."""
    charger_les_regles()
    suivies, enfreintes = set[str](), set[str]()
    tous = [*(f() for f in CONFORMES.values()), *(f() for f, _ in FAUTIFS.values()), *(f() for f in REMARQUES.values())]
    for constat in (c for constats in tous for c in constats):
        if constat.verdict is Verdict.CONFORME and not constat.attendu:
            suivies.add(constat.code)
        else:
            enfreintes.add(constat.code)
            assert constat.message and constat.recu and constat.ou and constat.source
    regles = {code for code in REGLES if code.startswith(tuple(f"ACC-{famille}-" for famille in FAMILLES))}
    assert (regles - suivies, regles - enfreintes) == (set(), PRECONISEES)


def test_classeur_lu() -> None:
    """Un XLSX se lit comme un CSV : une ligne par compte."""
    classeur, sortie = Workbook(), io.BytesIO()
    assert classeur.active is not None
    for compte in (ZOE, NOE):
        permissions = compte["permissions"]
        assert isinstance(permissions, list)
        classeur.active.append(
            [compte["identifiant"], compte["nom"], compte["prenom"], compte["courriel"], ", ".join(permissions)]
        )
    classeur.save(sortie)
    ligne = ligne_de(lire_fichier(sortie.getvalue()), "ZOE.C")
    assert (
        ligne is not None and ligne.porte("château-d'orge") and ligne.porte("impression") and not ligne.porte("export")
    )
    constat = masse.fichier_fidele(Extraction.depuis([ZOE, NOE], sortie.getvalue()), [ZOE, NOE])
    assert constat.verdict is Verdict.CONFORME


@pytest.mark.parametrize("texte", ["dn: uid=zoe\ncn:: Wm/DqQ==\n", "\n  version: 1\ndn: uid=zoe\ncn::Wm/DqQ==\n"])
def test_ldif(texte: str) -> None:
    """Une valeur hors ASCII s'écrit en base 64, avec ou sans espace ; des blancs peuvent précéder l'en-tête."""
    (ligne,) = lire_fichier(texte.encode())
    assert ligne.porte("Zoé")


@pytest.mark.parametrize(
    "octets",
    [b"{mal forme", b"[" * 100_000, b"PK\x03\x04", b"une seule colonne\nzoe", b"dn: uid=zoe\ncn:: W\n"],
)
def test_fichier_illisible(octets: bytes) -> None:
    """Un fichier d'un autre format se dit, il ne passe pas pour vide."""
    with pytest.raises(FichierIllisible):
        lire_fichier(octets)
