"""Un REM devant un autre : pareil, autrement, seul."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from requirements.__main__ import main
from requirements.catalogue import charger, charger_dossier
from requirements.differences_rem import entre_rem
from tests.requirements.fabrique import SECTION, ecrire_couloir
from tests.requirements.test_reprises import REPRISE, VOISIN


def test_pareil_autrement_seul(tmp_path: Path) -> None:
    """Ce qui se reprend est pareil ; un résumé redit, des scénarios redits se disent ; le reste est à un seul."""
    section = REPRISE + '  nature: PRECONISATION\n- id: RIS.INS/va1.03\n  reprend: aucun\n' + "".join(
        ligne + "\n"
        for ligne in (
            "  source: essai", "  profil: IAM", "  statut: Approuvée", "  nature: EXIGENCE", "  criticite: Majeure",
            "  section: Identité", "  bloc: Bloc", "  fonction: Fonction", "  classe: reseau", "  service: insi",
            '  resume: "Une exigence de ce REM seul."', '  non_verifiee: "Aucun scénario publié."',
        )
    )  # fmt: skip
    racine = ecrire_couloir(ecrire_couloir(tmp_path), section, couloir=VOISIN, nom="voisin")
    voisin, essai = charger_dossier(racine / "voisin"), charger_dossier(racine / "essai")
    ecarts = entre_rem(voisin, essai)
    assert (ecarts.pareilles, ecarts.autrement) == ((), {"INS/va1.01": ("nature",)})
    assert [e.id for e in ecarts.seules] == ["RIS.INS/va1.03"]
    assert [e.id for e in ecarts.ailleurs] == ["SGL.INS/va1.02"]
    assert (ecarts.scenarios_pareils, ecarts.scenarios) == (("INS/va1.01.01",), 1)
    assert entre_rem(essai, essai).pareilles == ("INS/va1.01", "SGL.INS/va1.02")


def test_un_attendu_change(tmp_path: Path) -> None:
    """Le même numéro, d'autres étapes : le scénario ne compte plus parmi les pareils."""
    avant = charger_dossier(ecrire_couloir(tmp_path / "a") / "essai")
    change = SECTION.replace("Les traits reçus se lisent", "Les traits reçus se relisent")
    apres = charger_dossier(ecrire_couloir(tmp_path / "b", change) / "essai")
    ecarts = entre_rem(apres, avant)
    assert (ecarts.autrement, ecarts.scenarios_pareils) == ({"INS/va1.01": ("scénarios",)}, ())


def test_commande(capsys: pytest.CaptureFixture[str]) -> None:
    """`differences --couloir radiologie --avec biologie`, pour une personne et pour un programme."""
    assert main(["differences", "--couloir", "radiologie", "--avec", "biologie"]) == 0
    texte = capsys.readouterr().out
    assert texte.startswith("radiologie devant biologie : ")
    assert "Seulement radiologie :" in texte
    assert main(["differences", "--couloir", "radiologie", "--avec", "biologie", "--json"]) == 0
    lu = json.loads(capsys.readouterr().out)
    comptes = [len(lu[nom]) for nom in ("pareilles", "autrement", "seules")]
    assert sum(comptes) == len(charger("radiologie").exigences)
    assert main(["differences", "--avec", "biologi"]) == 2
    assert "le plus proche : « biologie »" in capsys.readouterr().err
