"""Quels scénarios une campagne retient."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.verdict import Verdict
from requirements.catalogue import Catalogue, charger
from requirements.erreurs import ErreurRequirements
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.selection import SelectionVide, selectionner


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Le catalogue de biologie."""
    return charger("biologie")


def test_tout_par_defaut(catalogue: Catalogue) -> None:
    """Sans demande : tous les scénarios, une fois, dans l'ordre du catalogue."""
    numeros = [r.numero for r in selectionner(catalogue, profils_reclames=["Général"])]
    assert numeros == [s.id for e in catalogue.exigences for s in e.scenarios]
    assert len(numeros) == len(set(numeros)) == 267


def test_chaque_non_applicable_dit_sa_raison(catalogue: Catalogue) -> None:
    """Profil par profil : tout scénario écarté est non applicable et nomme le profil qui lui manque, nul autre."""
    facultatifs = [profil for profil in catalogue.couloir.profils if profil != "Général"]
    for reclame in facultatifs:
        for retenu in selectionner(catalogue, profils_reclames=["Général", reclame]):
            profil = retenu.exigence.profil
            if profil in ("Général", reclame):
                assert retenu.ecarte is None
            else:
                raison = f"profil « {profil} » non réclamé dans logiciel.yaml (réclamés : Général, {reclame})"
                assert retenu.ecarte == (Verdict.NON_APPLICABLE, raison)


def test_profil_non_reclame(catalogue: Catalogue) -> None:
    """Un scénario d'un profil non réclamé reste dans la campagne, avec la raison ; réclamé, il s'applique."""
    sans = {r.numero: r for r in selectionner(catalogue, profils_reclames=["Général"])}
    avec = {r.numero: r for r in selectionner(catalogue, profils_reclames=["Général", "IAM"])}
    assert set(sans) == set(avec)
    assert sans["SSI/IAM.80.01"].hors_profil == ("profil « IAM » non réclamé dans logiciel.yaml (réclamés : Général)")
    assert avec["SSI/IAM.80.01"].hors_profil == ""
    assert all(not r.hors_profil for r in sans.values() if r.exigence.profil == "Général")


def test_general_toujours_applicable(catalogue: Catalogue) -> None:
    """Le profil général s'applique même à un logiciel qui n'en réclame qu'un autre."""
    retenus = selectionner(catalogue, profils_reclames=["IAM"])
    assert all(not r.hors_profil for r in retenus if r.exigence.profil == "Général")


@pytest.mark.parametrize(("tape", "proche"), [("Generale", "Général"), ("iam", "IAM")])
def test_profil_inconnu(catalogue: Catalogue, tape: str, proche: str) -> None:
    """Un profil mal tapé, demandé ou réclamé, est refusé : ses scénarios disparaîtraient sans bruit."""
    dit = rf"profil inconnu du REM : '{tape}' ; attendu l'un de : .*IAM.* ; le plus proche : {proche}$"
    with pytest.raises(SelectionVide, match=rf"^--profil : {dit}"):
        selectionner(catalogue, profils=[tape])
    with pytest.raises(ConfigurationInvalide, match=dit):
        selectionner(catalogue, profils_reclames=["Général", tape])


def test_profil_mal_ecrit_dans_le_fichier(catalogue: Catalogue, tmp_path: Path) -> None:
    """Dans logiciel.yaml, chaque profil inconnu est dit avec sa ligne."""
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(
        "logiciel: {nom: A, version: '1'}\nadaptateur: {type: operateur}\nprofils:\n  - Général\n  - iam\n"
        "  - IE Usager\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationInvalide) as refus:
        selectionner(catalogue, profils_reclames=lire_configuration(fichier).profils)
    titre, *lignes = str(refus.value).splitlines()
    assert titre == f"{fichier} : description du logiciel invalide"
    assert [ligne.split(" ; attendu")[0] for ligne in lignes] == [
        "  - ligne 5, profils.1 : profil inconnu du REM : 'iam'",
        "  - ligne 6, profils.2 : profil inconnu du REM : 'IE Usager'",
    ]
    assert [ligne.rpartition(" : ")[2] for ligne in lignes] == ["IAM", "IE Usagers"]


def test_demandes_qui_s_ajoutent(catalogue: Catalogue) -> None:
    """Plusieurs exigences et scénarios s'ajoutent, dans l'ordre du catalogue ; la vague les restreint."""
    demandes = ["INS/va1.20", "INS/va1.01.02", "PSC.02"]
    numeros = [r.numero for r in selectionner(catalogue, exigences=demandes)]
    assert numeros == [
        s.id
        for e in catalogue.exigences
        for s in e.scenarios
        if s.id == "INS/va1.01.02" or e.id in ("INS/va1.20", "PSC.02")
    ]
    assert {"INS/va1.20.01", "INS/va1.20.02", "INS/va1.01.02", "PSC.02.01"} <= set(numeros)
    vague_1 = selectionner(catalogue, exigences=demandes, vagues=[1])
    assert {r.exigence.vague for r in vague_1} == {1}
    assert len(vague_1) < len(numeros)


def test_exigence_inconnue(catalogue: Catalogue) -> None:
    """Un numéro inconnu est refusé avec des numéros proches."""
    with pytest.raises(ErreurRequirements, match=r"« INS/va1\.999 ».*Numéros proches : .*INS/va1\."):
        selectionner(catalogue, exigences=["INS/va1.999"])


def test_rien_ne_repond(catalogue: Catalogue) -> None:
    """Une demande vide de scénario est refusée et répétée."""
    with pytest.raises(SelectionVide, match=r"aucun scénario .* INS/va1\.20, IAM, vague 2"):
        selectionner(catalogue, exigences=["INS/va1.20"], profils=["IAM"], vagues=[2])


def test_les_supplements_se_demandent() -> None:
    """Un scénario du banc n'est joué qu'avec --supplements, ou par son numéro ; il n'entre dans aucun compte du REM."""
    catalogue = charger("drimbox")
    siens = {scenario.id for scenario in catalogue.supplements}
    assert siens and not siens & {scenario.id for scenario in catalogue.scenarios()}
    assert not siens & {retenu.numero for retenu in selectionner(catalogue)}
    assert siens <= {retenu.numero for retenu in selectionner(catalogue, supplements=True)}
    numero = min(siens)
    assert [retenu.numero for retenu in selectionner(catalogue, exigences=[numero])] == [numero]
