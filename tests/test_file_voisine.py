"""La suite partagée entre deux processus : rien ne se perd, rien ne se joue deux fois."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[1]

pytest_plugins = ("pytester",)

pytestmark = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="un seul cœur : la suite ne se partage pas")

_ESSAIS = """
    import os
    import pytest

    def test_passe():
        pass

    def test_echoue():
        assert 1 == 2, "le motif de l'échec"

    @pytest.mark.skip(reason="le motif du saut")
    def test_saute():
        pass

    @pytest.fixture
    def cassee():
        raise RuntimeError("la mise en place cassée")

    def test_en_erreur(cassee):
        pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """Une suite de deux dossiers, dont le second passe à côté."""
    pytester.makeini("[pytest]\ntestpaths = essais\n")
    pytester.makeconftest(
        f"""
        import sys
        sys.path.insert(0, {str(RACINE)!r})
        from tests.file_voisine import brancher

        def pytest_configure(config):
            brancher(config, [config.rootpath / "essais" / "cote"])
        """
    )
    for nom in ("ici", "cote"):
        (pytester.path / "essais" / nom).mkdir(parents=True)
    (pytester.path / "essais" / "ici" / "test_ici.py").write_text("def test_ici():\n    pass\n", encoding="utf-8")
    return pytester


def _a_cote(suite: pytest.Pytester, source: str) -> None:
    suite.makepyfile(source).rename(suite.path / "essais" / "cote" / "test_cote.py")


def _jouer(suite: pytest.Pytester, *options: str) -> pytest.RunResult:
    return suite.run(sys.executable, "-m", "pytest", *options)


def test_tout_est_compte(suite: pytest.Pytester) -> None:
    """Réussite, échec, saut et erreur d'à côté comptent, avec leurs motifs, et une seule fois."""
    _a_cote(suite, _ESSAIS)
    issue = _jouer(suite, "-rs")
    issue.assert_outcomes(passed=2, failed=1, skipped=1, errors=1)
    assert issue.ret == pytest.ExitCode.TESTS_FAILED
    texte = issue.stdout.str()
    assert "le motif de l'échec" in texte and "la mise en place cassée" in texte
    assert "essais/cote/test_cote.py:10: le motif du saut" in texte


def test_une_demande_particuliere_ne_se_partage_pas(suite: pytest.Pytester) -> None:
    """Avec -k ou un dossier nommé, un seul processus joue, et joue tout ce qui est demandé."""
    _a_cote(suite, "def test_cote():\n    pass\n")
    for demande in ("-kcote", "essais/cote"):
        issue = suite.runpytest_inprocess(demande)
        issue.assert_outcomes(passed=1, deselected=1 if demande == "-kcote" else 0)


@pytest.mark.parametrize(
    ("source", "motif"),
    [
        ("import os\n\ndef test_passe():\n    pass\n\ndef test_tue():\n    os._exit(0)\n", "s'est arrêté avant la fin"),
        ("import module_inconnu_du_banc\n", "No module named 'module_inconnu_du_banc'"),
    ],
    ids=["processus mort", "collecte impossible"],
)
def test_rien_ne_se_perd_en_silence(suite: pytest.Pytester, source: str, motif: str) -> None:
    """Un processus d'à côté mort, même de code 0, ou un fichier qui ne se collecte pas font échouer la session."""
    _a_cote(suite, source)
    issue = _jouer(suite)
    assert issue.ret == pytest.ExitCode.TESTS_FAILED
    assert motif in issue.stdout.str()
