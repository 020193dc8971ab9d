"""L'empreinte des vérifications : la même partout pour le même code, une autre dès qu'il change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from steps.jugements.empreinte import RACINE, empreinte_des_verifications


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    """Un banc réduit à deux vérifications et à ce qu'elles importent."""
    (tmp_path / "steps" / "verifications" / "cda").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    (tmp_path / "steps" / "verifications" / "diffusion.py").write_bytes(
        b"from reports.constat import Regle\n\nREGLE = 1\n"
    )
    (tmp_path / "steps" / "verifications" / "cda" / "dates.py").write_bytes(b"DATE = 2\n")
    shutil.copy(RACINE / "reports" / "constat.py", tmp_path / "reports" / "constat.py")
    return tmp_path


def _copier(source: Path, cible: Path) -> Path:
    shutil.copytree(source, cible)
    return cible


def test_une_autre_installation_du_meme_code_a_la_meme_empreinte(copie: Path, tmp_path: Path) -> None:
    """Ni le dossier d'installation ni les fins de ligne ne changent l'empreinte."""
    ailleurs = _copier(copie, tmp_path / "ailleurs")
    for fichier in ailleurs.rglob("*.py"):
        fichier.write_bytes(fichier.read_bytes().replace(b"\n", b"\r\n"))
    assert empreinte_des_verifications(ailleurs) == empreinte_des_verifications(copie)


@pytest.mark.parametrize(
    "fichier", ["steps/verifications/diffusion.py", "steps/verifications/cda/dates.py", "reports/constat.py"]
)
def test_le_moindre_changement_de_code_change_l_empreinte(copie: Path, tmp_path: Path, fichier: str) -> None:
    """Une vérification, ou un module qu'elle importe, changée d'un octet donne une autre empreinte."""
    ailleurs = _copier(copie, tmp_path / "ailleurs")
    with (ailleurs / fichier).open("ab") as sortie:
        sortie.write(b"#")
    assert empreinte_des_verifications(ailleurs) != empreinte_des_verifications(copie)


def test_un_fichier_renomme_ou_ajoute_change_l_empreinte(copie: Path, tmp_path: Path) -> None:
    """Un jugement cite un module par son nom : le nom compte, et un module de plus aussi."""
    renomme = _copier(copie, tmp_path / "renomme")
    (renomme / "steps/verifications/cda/dates.py").rename(renomme / "steps/verifications/cda/instants.py")
    ajoute = _copier(copie, tmp_path / "ajoute")
    (ajoute / "steps/verifications/neuf.py").write_bytes(b"")
    assert len({empreinte_des_verifications(racine) for racine in (copie, renomme, ajoute)}) == 3


def test_les_exemples_montres_par_la_commande_regles_n_y_entrent_pas(copie: Path, tmp_path: Path) -> None:
    """Un fichier de données à côté des vérifications n'en change pas le jugement."""
    ailleurs = _copier(copie, tmp_path / "ailleurs")
    (ailleurs / "steps/verifications/exemples.json").write_bytes(b"{}")
    assert empreinte_des_verifications(ailleurs) == empreinte_des_verifications(copie)


def test_l_empreinte_du_banc_couvre_la_lecture_des_messages() -> None:
    """Celle du banc est un SHA-256 entier, le même à chaque appel."""
    assert len(empreinte_des_verifications()) == 64
    assert empreinte_des_verifications() == empreinte_des_verifications()
