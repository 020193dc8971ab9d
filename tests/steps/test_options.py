"""Les options de campagne : ce qui est compris, ce qui est refusé en français."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import pytest

from steps import options


def lire(*arguments: str) -> options.OptionsCampagne:
    """Les options comme pytest les lit."""
    analyseur = pytest.Parser(_ispytest=True)
    options.declarer(analyseur)
    espace = analyseur.parse(list(arguments))

    class Config:
        def getoption(self, nom: str) -> Any:
            return getattr(espace, nom.removeprefix("--").replace("-", "_"))

    return options.lire(cast(pytest.Config, Config()))


def test_sans_couloir_pas_de_campagne() -> None:
    """pytest seul fait ses essais ordinaires."""
    assert not lire().active


def test_options_repetees() -> None:
    """--vague, --profil et --exigence se répètent ; une vague donnée deux fois ne compte qu'une fois."""
    lues = lire(
        "--couloir=biologie",
        *("--vague=2", "--vague=1", "--vague=2"),
        *("--profil=Général", "--profil=IAM"),
        *("--exigence=INS/va1.20", "--exigence=MSS/CONF.25"),
        "--exiger-complet",
        "--junit",
        "--volume=reduit",
    )
    assert lues == options.OptionsCampagne(
        couloir="biologie",
        vagues=(1, 2),
        profils=("Général", "IAM"),
        exigences=("INS/va1.20", "MSS/CONF.25"),
        exiger_complet=True,
        junit=True,
        volume_reduit=True,
    )


@pytest.mark.parametrize(
    "option",
    [
        "--vague=1",
        "--profil=IAM",
        "--exigence=X",
        "--logiciel=l.yaml",
        "--dossier=d",
        "--reprendre=d",
        "--exiger-complet",
        "--junit",
        "--volume=reduit",
        "--navigateur=chromium",
    ],
)
def test_option_sans_couloir(option: str) -> None:
    """Une option de campagne sans --couloir est refusée : elle serait sans effet."""
    with pytest.raises(pytest.UsageError, match=f"{option.partition('=')[0]} : attendu avec --couloir=…"):
        lire(option)


@pytest.mark.parametrize("vague", ["0", "3", "deux", ""])
def test_vague_inconnue(vague: str) -> None:
    """Il n'y a que deux vagues."""
    with pytest.raises(pytest.UsageError, match=f"attendu 1 ou 2, reçu '{vague}'"):
        lire("--couloir=biologie", f"--vague={vague}")


def test_chromium_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """--navigateur=chromium sans Chromium est refusé d'emblée ; accepté là où il y en a un."""
    monkeypatch.setenv("BANC_SONS_CHROMIUM", "aucun-executable-de-ce-nom")
    with pytest.raises(pytest.UsageError, match="aucun Chromium sur cette machine"):
        lire("--couloir=biologie", "--navigateur=chromium")
    monkeypatch.setenv("BANC_SONS_CHROMIUM", sys.executable)
    assert lire("--couloir=biologie", "--navigateur=chromium").navigateur == "chromium"


def test_dossier_et_reprise() -> None:
    """Une reprise a déjà son dossier."""
    with pytest.raises(pytest.UsageError, match="ne vont pas ensemble"):
        lire("--couloir=biologie", "--dossier=a", "--reprendre=b")


def test_dossier_deja_pris(tmp_path: Path) -> None:
    """Un dossier qui porte une campagne n'est pas écrasé, et ne se reprend pas sans journal."""
    with pytest.raises(pytest.UsageError, match="ne porte aucune campagne"):
        lire("--couloir=biologie", f"--reprendre={tmp_path}")
    (tmp_path / "journal.sqlite").touch()
    with pytest.raises(pytest.UsageError, match="porte déjà une campagne ; attendu un dossier neuf, ou --reprendre="):
        lire("--couloir=biologie", f"--dossier={tmp_path}")
    assert lire("--couloir=biologie", f"--reprendre={tmp_path}").reprendre == tmp_path
