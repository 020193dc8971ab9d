"""Terminal, HTML et SARIF : groupes, lieux, échappement, forme."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.constat import Confiance, Constat, Regle
from reports.verdict import Verdict
from steps.controle.groupes import grouper, lieu, ligne
from steps.controle.jugement import Reglages
from steps.controle.modele import Controle, Examen, TypeFichier
from steps.controle.resultat import Resultat, code_de_sortie, ecrire
from steps.controle.sorties.html import rendre_html
from steps.controle.sorties.json import ListeJson, en_octets
from steps.controle.sorties.sarif import en_sarif
from steps.controle.sorties.terminal import RapportTerminal

_REGLE = Regle("ESSAI-SOR-01", "Une règle d'essai", "Document d'essai, § 1", Confiance.OFFICIELLE, "Corriger.")


def _manquement(numero: int, recu: str = "faux") -> Constat:
    return _REGLE.enfreinte("valeur fausse", attendu="vrai", recu=recu, ou=f"/a/b[{numero}] (ligne {numero})")


def _resultat(*constats: Constat, inclus: tuple[tuple[str, Examen], ...] = (), tout: bool = False) -> Resultat:
    examen = Examen(TypeFichier.CDA_N1, constats, ("XSD : contrôles du banc, sans kit",), inclus)
    return ecrire(Controle("dossier/é \udcff<b>.xml", examen, 0.1234567, "ab" * 32, 1234), tout=tout)


def _terminal(resultat: Resultat, **options: Any) -> str:
    rapport = RapportTerminal(**{"couleurs": False, "largeur": 100, **options})
    return "\n".join([*rapport.fichier(resultat), *rapport.bilan(1.5)])


def test_verdict_et_constats_ecrits() -> None:
    """Sans `tout`, les règles respectées sont comptées sans être écrites ; elles n'effacent jamais un verdict."""
    resultat = _resultat(_REGLE.respectee(recu="x"), _REGLE.respectee())
    assert (resultat.verdict, resultat.constats, resultat.respectees) == ("conforme", [], 2)
    assert len(_resultat(_REGLE.respectee(recu="x"), tout=True).constats) == 1
    assert _resultat().verdict == "non_concluant"
    seul = _resultat(Constat("X", Verdict.NON_APPLICABLE, "sans objet"))
    assert seul.verdict == "non_concluant"


def test_remarque_sans_effet() -> None:
    """Une remarque est écrite, sans changer le verdict."""
    resultat = _resultat(_REGLE.signalee("à regarder", attendu="a", recu="b", ou="c"))
    assert resultat.verdict == "conforme"
    assert [constat["gravite"] for constat in resultat.constats] == ["remarque"]


def test_ordre_et_documents_contenus() -> None:
    """Les plus graves d'abord ; un document contenu donne son nom, et n'a pas de ligne dans le contenant."""
    dedans = Examen(TypeFichier.CDA_N3, (_manquement(7),), ("p",))
    resultat = _resultat(_REGLE.a_regarder("regarder"), _REGLE.sans_objet("rien"), inclus=(("DOC.XML", dedans),))
    assert [constat["gravite"] for constat in resultat.constats] == ["erreur", "indetermine", "avertissement"]
    assert resultat.verdict == "non_conforme"
    assert lieu(resultat.constats[0]) == "DOC.XML : /a/b[7] (ligne 7)"
    assert ligne(resultat.constats[0]) is None
    assert resultat.inclus[0]["verdict"] == "non_conforme"


def test_groupes_du_terminal() -> None:
    """Douze endroits font un bloc, cinq lieux et un renvoi ; le périmètre et le bilan suivent."""
    texte = _terminal(_resultat(*(_manquement(numero) for numero in range(1, 13))))
    assert texte.count("ESSAI-SOR-01") == 1
    assert "(à 12 endroits)" in texte
    assert "/a/b[5] (ligne 5)" in texte
    assert "et 7 autres" in texte
    assert "XSD : contrôles du banc, sans kit" in texte
    assert "1 fichier en 1,50 s : 1 non conforme" in texte
    assert "\\xff<b>.xml" in texte


def test_valeurs_differentes_au_terminal() -> None:
    """Des valeurs reçues différentes sont dites chacune à son endroit."""
    texte = _terminal(_resultat(_manquement(1, "un"), _manquement(2, "deux")))
    assert texte.index("ligne 1") < texte.index("un\n") < texte.index("ligne 2") < texte.index("deux")


@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\r\nb", "\x00", "x" * 5000])
def test_terminal_hostile(hostile: str) -> None:
    """Un fichier hostile ne commande pas le terminal et ne l'inonde pas."""
    texte = _terminal(_resultat(_manquement(1, hostile)), couleurs=True)
    for verdict in ("\x1b[31;1m", "\x1b[0m"):
        texte = texte.replace(verdict, "")
    assert "\x1b" not in texte
    assert "\x00" not in texte
    assert len(texte) < 2500


def test_html_echappe_et_autonome() -> None:
    """Rien de ce que porte un fichier n'agit dans la page ; elle n'appelle aucune adresse."""
    piege = "<script>alert(1)</script>"
    page = rendre_html(
        [_resultat(_manquement(1, piege), _REGLE.respectee(recu=piege), tout=True)],
        Reglages(), 2.0, False, datetime(2026, 1, 31, 12, tzinfo=UTC),
    )  # fmt: skip
    assert piege not in page
    assert page.count("<script>") == 1
    assert 'lang="fr"' in page
    assert "http://" not in page.replace("http-equiv", "")
    assert "https://" not in page
    assert 'data-verdict="non_conforme"' in page


def test_json_valide_a_chaque_instant(tmp_path: Path) -> None:
    """La liste se ferme, vide ou non ; un nom qui n'est pas de l'UTF-8 reste du JSON valide."""
    for resultats in ([], [_resultat(_manquement(1))] * 2):
        chemin = tmp_path / "r.json"
        with chemin.open("wb") as flux:
            liste = ListeJson(flux)
            for resultat in resultats:
                liste.ajouter(resultat)
            liste.clore()
        assert len(json.loads(chemin.read_bytes())) == len(resultats)
    assert json.loads(en_octets(_resultat()))["fichier"] == "dossier/é \udcff<b>.xml"


def test_sarif() -> None:
    """Une règle par code, un résultat par constat, la ligne dans la région, l'adresse en URI relative."""
    respectee = Constat("AUTRE-01", Verdict.CONFORME, "bien")
    document = en_sarif([_resultat(_manquement(3), _manquement(4), respectee, tout=True)], version="0")
    (passage,) = document["runs"]
    assert [regle["id"] for regle in passage["tool"]["driver"]["rules"]] == ["ESSAI-SOR-01"]
    assert [resultat["level"] for resultat in passage["results"]] == ["error", "error"]
    physique = passage["results"][0]["locations"][0]["physicalLocation"]
    assert physique["region"] == {"startLine": 3}
    assert physique["artifactLocation"] == {"uri": "dossier/%C3%A9%20%FF%3Cb%3E.xml", "uriBaseId": "RACINE"}
    assert document["version"] == "2.1.0"
    assert passage["artifacts"][0]["hashes"] == {"sha-256": "ab" * 32}
    json.dumps(document)


def test_groupes_par_gravite() -> None:
    """Une même règle enfreinte ici et à regarder là fait deux groupes."""
    resultat = _resultat(_manquement(1), _REGLE.a_regarder("regarder"))
    assert [(groupe.code, groupe.gravite) for groupe in grouper(resultat)] == [
        ("ESSAI-SOR-01", "erreur"),
        ("ESSAI-SOR-01", "avertissement"),
    ]


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ({"conforme", "a_verifier"}, 0),
        ({"conforme", "non_conforme", "non_concluant"}, 1),
        ({"a_verifier", "non_concluant"}, 3),
        (set(), 0),
    ],
)
def test_codes_de_sortie(verdicts: set[str], code: int) -> None:
    """Un manquement prouvé l'emporte sur ce qui n'a pas pu être jugé."""
    assert code_de_sortie(verdicts) == code
