"""Le datamatrix d'un document dont l'identité n'est pas toujours connue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.verdict import Verdict
from steps.verifications.cda import lire_cda
from steps.verifications.datamatrix import analyser_datamatrix, datamatrix_coherent, identite_du_cda
from steps.verifications.datamatrix.verification import formes_des_champs
from tests.flux.aides import usager
from tests.verifications.cda.fabrique import MATRICULE, OID_TEST, cda
from tests.verifications.pdf.aides import GS, contenu_datamatrix, edition, lignes_completes

PERSONNE = usager()
BON = contenu_datamatrix(PERSONNE)


def fautifs(contenu: str) -> set[str]:
    """Champs malformés de ce contenu."""
    return {
        c.code for c in formes_des_champs(analyser_datamatrix(contenu), "page") if c.verdict is not Verdict.CONFORME
    }


def champ(nom: str, valeur: str) -> str:
    """Le bon contenu, un champ changé."""
    lu = analyser_datamatrix(BON)
    champs = {"S1": lu.matricule, "S2": lu.oid, "S3": lu.prenoms, "S4": lu.nom, "S5": lu.sexe, "S6": lu.date_naissance,
              "S7": lu.code_lieu_naissance or "75056"}  # fmt: skip
    champs[nom] = valeur
    variables = {"S2": 20, "S3": 100, "S4": 100}
    return BON[:26] + "".join(
        nom + valeur + (GS if len(valeur) < variables.get(nom, 0) else "") for nom, valeur in champs.items()
    )


FAUX = {
    "clé fausse": ("S1", PERSONNE.matricule_ins[:13] + "00", "EDI-DMX-03"),
    "matricule trop court mais rempli": ("S1", "0" * 15, "EDI-DMX-03"),
    "OID qui n'est pas de l'INS": ("S2", "1.2.250.1.213.1.4.2", "EDI-DMX-04"),
    "prénoms vides": ("S3", " ", "EDI-DMX-05"),
    "nom vide": ("S4", " ", "EDI-DMX-06"),
    "sexe inventé": ("S5", "X", "EDI-DMX-07"),
    "date à l'anglaise": ("S6", "1990-12-31", "EDI-DMX-08"),
    "mois impossible": ("S6", "31-13-1990", "EDI-DMX-08"),
    "code de lieu en lettres": ("S7", "PARIS", "EDI-DMX-09"),
}


@pytest.mark.parametrize("nom", FAUX)
def test_champ_malforme(nom: str) -> None:
    """Chaque champ malformé est pris par sa règle, sans connaître l'usager."""
    lequel, valeur, code = FAUX[nom]
    assert fautifs(champ(lequel, valeur)) == {code}


@pytest.mark.parametrize(("lequel", "valeur"), [("S7", "2A004"), ("S7", "99100"), ("S6", "00-00-1990"), ("S5", "F")])
def test_champ_permis(lequel: str, valeur: str) -> None:
    """Corse, étranger, jour et mois inconnus."""
    assert not fautifs(champ(lequel, valeur))


def test_sans_datamatrix() -> None:
    """Un PDF sans datamatrix n'est qu'une remarque."""
    constats = datamatrix_coherent(edition(lignes_completes(PERSONNE)))
    assert [c.verdict for c in constats] == [Verdict.CONFORME]
    assert constats[0].attendu


def test_contenu_illisible() -> None:
    """Un datamatrix INS dont le contenu ne se lit pas est en faute, et rien de ses champs n'est jugé."""
    constats = datamatrix_coherent(edition(lignes_completes(PERSONNE), datamatrix=BON[:40]), PERSONNE)
    assert [(c.code, c.verdict) for c in constats] == [
        ("EDI-DMX-01", Verdict.CONFORME),
        ("EDI-DMX-02", Verdict.NON_CONFORME),
    ]


def test_trait_inconnu() -> None:
    """Un trait que le document ne dit pas n'est pas comparé ; les autres le sont."""
    octets = edition(lignes_completes(PERSONNE), datamatrix=BON)
    incomplete = replace(PERSONNE, prenoms_naissance="", nom_naissance="AUTRE")
    codes = {c.code for c in datamatrix_coherent(octets, incomplete) if c.verdict is not Verdict.CONFORME}
    assert codes == {"EDI-DMX-06"}


def test_identite_du_cda() -> None:
    """L'INS et les traits de l'en-tête ; rien sans INS."""
    identite = identite_du_cda(lire_cda(cda()))
    assert identite is not None
    assert (identite.matricule_ins, identite.oid_ins) == (MATRICULE, OID_TEST)
    assert (identite.prenoms_naissance, identite.date_naissance) == ("ANNE MARIE", "1990-12-31")
    a_la_minute = cda().replace(b'<birthTime value="19901231"', b'<birthTime value="199012310830+0100"')
    assert a_la_minute != cda()
    assert identite_du_cda(lire_cda(a_la_minute)) == identite
    sans = cda(ids_patient='<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>')
    assert identite_du_cda(lire_cda(sans)) is None
