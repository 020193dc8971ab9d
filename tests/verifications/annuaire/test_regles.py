"""Chaque règle de l'annuaire a un exemple qui la suit et un qui l'enfreint ; un fautif n'enfreint que les siennes."""

from __future__ import annotations

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.annuaire.modele import BalPubliee, Professionnel, Situation
from simulators.annuaire.population import MEDECIN, REFERENCE, SPECIALITES
from steps.regles import charger_les_regles
from steps.verifications.annuaire import api
from steps.verifications.annuaire.contexte import PersonnePubliee, meme_code
from steps.verifications.annuaire.lecture import ExtractionIllisible, lire_extraction, porte_adresse, telechargements
from steps.verifications.registre import REGLES
from tests.verifications.annuaire.exemples import CONFORMES, FAUTIFS, REMARQUES, SANS_OBJET
from tests.verifications.annuaire.fabrique import NOE, ZOE, archive, echange, ligne, telechargement


def _en_cause(constats: list[Constat]) -> set[str]:
    return {constat.code for constat in constats if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Un exemple conforme, ou une variante légitime, n'est mis en cause par aucune règle."""
    constats = CONFORMES[nom]()
    assert constats
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME] == []


@pytest.mark.parametrize("nom", FAUTIFS)
def test_fautif(nom: str) -> None:
    """Un exemple fautif enfreint ses règles et elles seules, sans jamais rester sans verdict."""
    constats = FAUTIFS[nom][0]()
    assert _en_cause(constats) == FAUTIFS[nom][1]
    assert Verdict.NON_CONCLUANT not in {c.verdict for c in constats}


@pytest.mark.parametrize("nom", SANS_OBJET)
def test_sans_objet(nom: str) -> None:
    """Rien à examiner : jamais conforme."""
    assert {c.verdict for c in SANS_OBJET[nom]()} == {Verdict.NON_CONCLUANT}


@pytest.mark.parametrize("nom", REMARQUES)
def test_remarque(nom: str) -> None:
    """Une remarque reste conforme et dit ce qui était attendu."""
    (constat,) = REMARQUES[nom]()
    assert (constat.verdict, bool(constat.attendu)) == (Verdict.CONFORME, True)


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle ANN est suivie par un exemple et enfreinte par un autre, qui s'explique."""
    charger_les_regles()
    suivies, enfreintes = set[str](), set[str]()
    tous = [*(f() for f in CONFORMES.values()), *(f() for f, _ in FAUTIFS.values()), *(f() for f in REMARQUES.values())]
    for constat in (c for constats in tous for c in constats):
        if constat.verdict is Verdict.CONFORME and not constat.attendu:
            suivies.add(constat.code)
        else:
            enfreintes.add(constat.code)
            assert constat.message and constat.recu and constat.ou and constat.a_faire and constat.source
    regles = {code for code in REGLES if code.startswith("ANN-")}
    assert (regles - suivies, regles - enfreintes) == (set(), set())


def test_sans_appel_rien_a_juger() -> None:
    """Un logiciel qui ne vit que des extractions n'est pas jugé sur l'API."""
    assert api.verifier_appels([telechargement(b"PK")]) == []
    codes = [c.code for c in api.verifier_appels([echange("Practitioner?_lastUpdated=ge2026-11-20&_id=1")])]
    assert codes == ["ANN-API-01", "ANN-API-08", "ANN-API-03", "ANN-API-06", "ANN-API-02", "ANN-API-05", "ANN-API-07"]


def test_extraction_lue() -> None:
    """Lignes, professionnels et fichiers se comptent ; une archive abîmée se dit."""
    octets = archive(ligne(ZOE), ligne(NOE), ligne(NOE))
    lue = lire_extraction(octets)
    assert (lue.lignes, list(lue.personnes), sum(lue.lignes_par_fichier.values())) == (3, [ZOE.rpps, NOE.rpps], 9)
    assert PersonnePubliee.depuis_ligne(lue.personnes[ZOE.rpps]).nom == ZOE.nom
    for abime in (octets[: len(octets) // 2], b"", b"PK"):
        with pytest.raises(ExtractionIllisible):
            lire_extraction(abime)
    assert not porte_adresse(telechargement(b"PK\x03\x04"), "zoe@x.fr")
    assert telechargements([telechargement(octets, statut=304)]) == []
    for statut, porte in ((200, True), (404, False), (None, False)):
        assert porte_adresse(echange("Practitioner", statut=statut, reponse=b"Zoe@X.fr"), "zoe@x.fr") is porte


def test_personne_publiee() -> None:
    """La liste rouge n'est jamais attendue, la préférée vient d'abord, un radié n'a plus d'adresse."""
    bals = (BalPubliee("b@x.fr", rang=2), BalPubliee("a@x.fr", rang=1), BalPubliee("r@x.fr", rang=1, liste_rouge=True))
    situation = Situation("1", "990000001", bals=(BalPubliee("c@x.fr"),))
    personne = Professionnel(
        "99900001015", "N", "P", MEDECIN, REFERENCE, savoir_faire=SPECIALITES[0], bals=bals, situations=(situation,)
    )
    assert PersonnePubliee.depuis(personne).adresses == ("a@x.fr", "b@x.fr", "c@x.fr")
    assert PersonnePubliee.depuis(personne._replace(actif=False)).adresses == ()


@pytest.mark.parametrize(
    ("recu", "juste"),
    [
        ("10", True), ("Médecin", True), ("MEDECIN (10)", True), ("Médecin - Cardiologie", True), ("Médecine", False),
        ("1", False), ("", False), ("Pharmacien", False),
    ],
)  # fmt: skip
def test_code_ou_libelle(recu: str, juste: bool) -> None:
    """Code ou libellé, seuls ou ensemble ; un mot voisin n'est pas le bon."""
    assert meme_code(recu, ("10", "Médecin")) is juste
