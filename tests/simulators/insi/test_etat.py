"""Le rapprochement des identités, et les recherches par carte, sans réseau."""

from __future__ import annotations

import pytest

from simulators.insi.enveloppe import DonneesCarte, InsFourni, Matricule, Traits
from simulators.insi.etat import EtatInsi
from simulators.insi.resultat import Resultat, ResultatVerification
from simulators.socle.identites import IdentiteTest, fabriquer_identite, par_cas

PERSONNE = fabriquer_identite(
    "etat", nom_naissance="SAINT-AUBIN", prenoms=("JEAN-MARC", "ANNE"), sexe="M", date_naissance="1980-05-06",
    lieu_naissance="63113",
)  # fmt: skip


def _code(etat: EtatInsi, **changes: object) -> str:
    valeurs: dict[str, object] = {
        "nom_naissance": "SAINT-AUBIN",
        "prenoms": ("JEAN-MARC",),
        "sexe": "M",
        "date_naissance": "1980-05-06",
        **changes,
    }
    resultat = etat.rechercher_par_traits(Traits(**valeurs)).resultat  # type: ignore[arg-type]
    assert isinstance(resultat, Resultat)
    return resultat.code


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({}, "00"),
        ({"prenoms": ("JEAN MARC",)}, "00"),
        ({"prenoms": ("JEAN-MARC ANNE",)}, "00"),
        ({"prenoms": ("JEAN-MARC", "ANNE")}, "00"),
        ({"prenoms": ("ANNE",)}, "01"),
        ({"prenoms": ("JEAN",)}, "01"),
        ({"nom_naissance": "SAINT AUBIN"}, "01"),
        ({"nom_naissance": "Saint-Aubin"}, "01"),
        ({"nom_naissance": "SAINT-AUBIN "}, "01"),
        ({"sexe": "F"}, "01"),
        ({"date_naissance": "1980-05-07"}, "01"),
        ({"lieu_naissance": "63113"}, "00"),
        ({"lieu_naissance": "63114"}, "01"),
    ],
)
def test_rapprochement(changes: dict[str, object], attendu: str) -> None:
    """Nom strict, prénom seul ou tous ensemble, sexe, date, lieu s'il est donné."""
    assert _code(EtatInsi([PERSONNE]), **changes) == attendu


def test_homonymes() -> None:
    """Deux homonymes : 02 sans le lieu, 00 avec ; tous les prénoms départagent aussi."""
    jumeau = fabriquer_identite(
        "jumeau", nom_naissance="SAINT-AUBIN", prenoms=("JEAN-MARC", "PAUL"), sexe="M", date_naissance="1980-05-06",
        lieu_naissance="2A004",
    )  # fmt: skip
    etat = EtatInsi([PERSONNE, jumeau])
    assert _code(etat) == "02"
    assert _code(etat, lieu_naissance="2A004") == "00"
    assert _code(etat, prenoms=("JEAN-MARC PAUL",)) == "00"
    etat.radier(jumeau)
    assert _code(etat) == "00"


def test_date_incomplete() -> None:
    """Une date connue sans jour répond à tout jour du mois, jamais à un autre mois."""
    sans_jour = fabriquer_identite(
        "sans-jour", nom_naissance="SAINT-AUBIN", prenoms=("JEAN-MARC",), sexe="M", date_naissance="1980-05-00"
    )
    etat = EtatInsi([sans_jour])
    assert _code(etat, date_naissance="1980-05-01") == "00"
    assert _code(etat, date_naissance="1980-06-01") == "01"


def test_reponse_imposee() -> None:
    """Une réponse imposée l'emporte, et la remise à zéro l'oublie."""
    etat = EtatInsi([PERSONNE])
    etat.inscrire(PERSONNE, reponse="02")
    assert _code(etat) == "02"
    etat.remettre_a_zero()
    assert _code(etat) == "00"
    etat.inscrire(PERSONNE, cog_requis=True)
    assert _code(etat) == "02"
    assert _code(etat, lieu_naissance="63113") == "00"


def test_particularite_inconnue() -> None:
    """Une particularité mal écrite est refusée à l'inscription, pas au milieu d'un échange."""
    with pytest.raises(ValueError, match="particularité inconnue"):
        EtatInsi([PERSONNE]).inscrire(PERSONNE, particularites=("histo",))


def _carte(etat: EtatInsi, **choix: object) -> str:
    resultat = etat.rechercher_par_carte(DonneesCarte(**choix)).resultat  # type: ignore[arg-type]
    assert isinstance(resultat, Resultat)
    return resultat.code


def test_carte_du_beneficiaire() -> None:
    """Le NIR certifié du bénéficiaire et sa date suffisent."""
    etat = EtatInsi([PERSONNE])
    assert _carte(etat, individu=Matricule(PERSONNE.matricule), date_naissance="1980-05-06") == "00"
    assert _carte(etat, individu=Matricule(PERSONNE.matricule), date_naissance="1980-05-07") == "01"
    assert _carte(
        etat, individu=Matricule(PERSONNE.matricule), date_naissance="1980-05-06", nom_naissance="AUTRE"
    ) == "01"  # fmt: skip


def test_carte_de_l_ouvrant_droit() -> None:
    """Des jumeaux sur une même carte : 02 sans le rang de naissance, 00 avec."""
    parent = PERSONNE.matricule
    enfants = [
        fabriquer_identite(f"enfant-{rang}", nom_naissance="SAINT-AUBIN", date_naissance="2015-03-04")
        for rang in (1, 2)
    ]
    etat = EtatInsi([PERSONNE])
    for rang, enfant in enumerate(enfants, start=1):
        etat.inscrire(enfant, nir_assure=parent, rang_naissance=str(rang))
    demande: dict[str, object] = {"ouvrant_droit": Matricule(parent), "date_naissance": "2015-03-04"}
    assert _carte(etat, **demande) == "02"
    assert _carte(etat, **demande, rang_naissance="2") == "00"
    assert _carte(etat, ouvrant_droit=Matricule(parent), date_naissance="1980-05-06") == "00"


def _verifier(etat: EtatInsi, personne: IdentiteTest, **changes: object) -> bool:
    valeurs: dict[str, object] = {"oid": personne.oid, **changes}
    fourni = InsFourni(
        Matricule(personne.matricule, str(valeurs.get("cle", personne.cle))),
        str(valeurs["oid"]),
        Traits(
            str(valeurs.get("nom", personne.nom_naissance)),
            (personne.prenoms[0],),
            personne.sexe,
            personne.date_naissance,
        ),
    )
    resultat = etat.verifier(fourni).resultat
    assert isinstance(resultat, ResultatVerification)
    return resultat.concorde


def test_verification() -> None:
    """OK quand matricule, clé, OID et traits concordent ; KO sinon, ou si c'est imposé."""
    personne = par_cas("nominal")
    etat = EtatInsi()
    assert _verifier(etat, personne)
    assert not _verifier(etat, personne, nom="AUTRE")
    assert not _verifier(etat, personne, oid="1.2.250.1.213.1.4.8")
    assert not _verifier(etat, personne, cle="00")
    assert not _verifier(etat, par_cas("introuvable"))
    etat.inscrire(personne, retour_verification=False)
    assert not _verifier(etat, personne)
    assert not _verifier(EtatInsi([]), personne)
