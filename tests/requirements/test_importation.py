"""L'import d'un classeur officiel : dispositions, rapprochement, surcouche, rapport."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from requirements.catalogue import Catalogue, charger
from requirements.erreurs import ErreurClasseur
from requirements.importation import Rapport, charger_surcouche, importer
from requirements.importation.colonnes import normaliser, reconnaitre
from requirements.importation.rapprochement import AMBIGUE, CONFIRMEE, DU_SOCLE, IDENTIQUE, SANS_PREFIXE
from requirements.importation.surcouche import PROJET, dossier_par_defaut
from tests.requirements.fabrique import (
    ENTETE_ANCIEN,
    ENTETE_CONVERGENCE,
    ENTETE_PREPUBLICATION,
    ENTETE_PUBLICATION,
    ENTETE_VAGUE2,
    ecrire_classeur,
)

Lignes = list[dict[str, object]]


@pytest.fixture(scope="module")
def biologie() -> Catalogue:
    return charger("biologie")


def _importer(
    tmp_path: Path,
    catalogue: Catalogue,
    entete: tuple[str, ...],
    lignes: Lignes,
    *,
    nom: str = "rem.xlsx",
    **options: object,
) -> Rapport:
    classeur = ecrire_classeur(tmp_path / nom, entete, lignes, **options)  # type: ignore[arg-type]
    return importer(classeur, catalogue, tmp_path / "import")


_PUBLICATION: Lignes = [
    {
        "ID": "SC.INS/va1.01",
        "Chapitre": "Identité Nationale de Santé",
        "Exigence": "Énoncé publié un.",
        "Profil": "Général",
        "Nature de l'exigence": "Obligatoire",
        "N° scénario": "SC.INS/va1.01.01",
        "Scénario de conformité": "Scénario publié un.",
        "N° preuve 1": "SC.INS/va1.01.01.01",
        "Preuve 1": "Preuve publiée un.",
    },
    {
        "ID": "SC.INS/va1.01",
        "Exigence": "Énoncé publié un.",
        "N° scénario": "SC.INS/va1.01.02",
        "Scénario de conformité": "Scénario publié deux.",
        "N° preuve 1": "SC.INS/va1.01.02.01",
        "Preuve 1": "Preuve publiée deux.",
    },
    {"ID": "DMP/va1.15", "Exigence": "Énoncé publié trois.", "Profil": "Général"},
    {"ID": "LABEL.06", "Exigence": "Énoncé d'une exigence que le catalogue n'a pas."},
]


@pytest.mark.parametrize(
    ("entete", "feuille"),
    [
        (ENTETE_PUBLICATION, "Exigences"),
        (ENTETE_PREPUBLICATION, "Exigences"),
        (ENTETE_VAGUE2, "Exigences REM vague 2"),
    ],
)
@pytest.mark.parametrize("melange", [None, 1, 2])
def test_dispositions_a_une_ligne_par_scenario(
    tmp_path: Path, biologie: Catalogue, entete: tuple[str, ...], feuille: str, melange: int | None
) -> None:
    """Les colonnes se trouvent par leur en-tête, quel que soit leur ordre, et les numéros avec ou sans préfixe."""
    rapport = _importer(tmp_path, biologie, entete, _PUBLICATION, feuille=feuille, melange=melange, avant=3)
    surcouche = charger_surcouche(tmp_path / "import", couloir="biologie")
    assert surcouche == rapport.surcouche
    assert surcouche.revision.feuille == feuille
    assert len(surcouche.revision.sha256) == 64
    assert surcouche.revision.modifie_le
    assert [(lue.id, lue.correspondance, lue.methode) for lue in surcouche.exigences] == [
        ("SC.INS/va1.01", "INS/va1.01", SANS_PREFIXE),
        ("DMP/va1.15", "SGL.DMP/va1.15", SANS_PREFIXE),
        ("LABEL.06", "", ""),
    ]
    assert surcouche.texte_exigence("INS/va1.01") == "Énoncé publié un."
    assert surcouche.texte_scenario("INS/va1.01.02") == "Scénario publié deux."
    assert surcouche.texte_preuve("INS/va1.01.01.01") == "Preuve publiée un."
    assert surcouche.texte_exigence("INS/va1.02") == surcouche.texte_preuve("rien") == ""
    assert rapport.nouvelles == ("LABEL.06",)
    assert len(rapport.disparues) == 226
    assert len(rapport.disparues_sans_scenario) == 17
    assert "INS/va1.01" not in rapport.disparues


def test_disposition_ancienne(tmp_path: Path, biologie: Catalogue) -> None:
    """L'ancien modèle à 31 colonnes se lit, avec ses titres longs, ses apostrophes et ses retours à la ligne."""
    rapport = _importer(
        tmp_path,
        biologie,
        ENTETE_ANCIEN,
        [
            {
                "N° exigence": "INS/va1.01",
                "Énoncé de l’exigence (DOIT)\nou de la préconisation (PEUT)": "Énoncé ancien.",
                "Exigence conditionnelle OUI/NON": "NON",
                "ID Section": "INS",
                "Section": "Gestion de l’INS",
                "Bloc": "Un autre bloc",
                "N° scénario": "INS/va1.01.01",
                "Scénario de conformité": "Scénario ancien.",
                "N° preuve 2": "INS/va1.01.01.01",
                "Preuve 2": "Preuve ancienne.",
            }
        ],
        melange=3,
    )
    lue = rapport.surcouche.exigences[0]
    assert (lue.correspondance, lue.methode, lue.texte) == ("INS/va1.01", IDENTIQUE, "Énoncé ancien.")
    assert lue.champs["conditionnelle"] == "NON"
    assert rapport.surcouche.texte_preuve("INS/va1.01.01.01") == "Preuve ancienne."
    ecarts = {(ecart.quoi, ecart.apres) for ecart in rapport.changements}
    assert ("bloc", "Un autre bloc") in ecarts
    assert not any(quoi == "section" for quoi, _ in ecarts)
    assert ("scénario INS/va1.01.02", "absent") in ecarts


def test_disposition_convergence(tmp_path: Path, biologie: Catalogue) -> None:
    """Une ligne par preuve, du HTML dans les cellules, un préfixe de trois lettres coupé par l'export."""
    communs: dict[str, object] = {
        "ID": "PSC.01",
        "Exigence": '<p class="mb-1">&Eacute;nonc&eacute; :</p><ul><li>un</li><li>deux &amp; trois</li></ul>',
    }
    rapport = _importer(
        tmp_path,
        biologie,
        ENTETE_CONVERGENCE,
        [
            {
                **communs,
                "N° scénario": "01.01",
                "Scénario de conformité": "<ol><li>a</li><li>b</li></ol>",
                "N° preuve": "PSC.01.01.01",
                "Preuve": "<p>Vidéo</p>",
            },
            {
                **communs,
                "N° scénario": "01.01",
                "Scénario de conformité": "<ol><li>a</li><li>b</li></ol>",
                "Preuve": "Autre",
            },
            {**communs, "N° scénario": "PSC.01.02", "Scénario de conformité": "Second", "N° preuve": "PSC.01.01.02"},
        ],
        melange=4,
    )
    lue = rapport.surcouche.exigences[0]
    assert lue.texte == "Énoncé :\n* un\n* deux & trois"
    assert [(s.id, s.correspondance, len(s.preuves)) for s in lue.scenarios] == [
        ("01.01", "PSC.01.01", 2),
        ("PSC.01.02", "PSC.01.02", 1),
    ]
    assert lue.scenarios[0].texte == "1. a\n2. b"
    assert rapport.surcouche.texte_preuve("PSC.01.01.01") == "Vidéo"


def test_colonnes_inconnues_gardees(tmp_path: Path, biologie: Catalogue) -> None:
    """Une colonne inconnue est gardée sous son nom, même quand deux portent le même."""
    entete = ("Remarque du client", *ENTETE_CONVERGENCE, "Lot", "Commentaire")
    chemin = ecrire_classeur(
        tmp_path / "rem.xlsx",
        entete,
        [{"ID": "PSC.01", "Exigence": "Énoncé.", "Lot": 3, "Remarque du client": "à revoir", "Commentaire": "note"}],
    )
    rapport = importer(chemin, biologie, tmp_path / "import")
    assert rapport.surcouche.colonnes_inconnues == ("Remarque du client", "Lot", "Commentaire")
    lue = rapport.surcouche.exigences[0]
    assert lue.autres == {"Remarque du client": "à revoir", "Lot": "3", "Commentaire": "note"}
    assert lue.champs["commentaire"] == "note"


def test_cellules_fusionnees(tmp_path: Path, biologie: Catalogue) -> None:
    """Une ligne sans numéro prolonge celle du dessus ; une ligne étrangère est laissée de côté et dite."""
    rapport = _importer(
        tmp_path,
        biologie,
        ENTETE_CONVERGENCE,
        [
            {"Exigence": "Une ligne de titre"},
            {
                "ID": "SGL.DMP/va1.15",
                "Exigence": "Énoncé.",
                "N° scénario": "DMP/va1.15.01",
                "N° preuve": "DMP/va1.15.01.01",
            },
            {"N° preuve": "DMP/va1.15.01.99", "Preuve": "Une preuve de plus."},
            {"Commentaire": "Fin du document"},
        ],
    )
    assert [len(s.preuves) for s in rapport.surcouche.exigences[0].scenarios] == [2]
    assert any("1 ligne(s) sans numéro d'exigence, rattachées" in avis for avis in rapport.avertissements)
    assert sum("laissée de côté" in avis for avis in rapport.avertissements) == 2


def test_ressemblance_seulement_proposee(tmp_path: Path, biologie: Catalogue) -> None:
    """Un numéro inconnu au texte proche est proposé, jamais rattaché ; confirmé par l'utilisateur, il l'est."""
    resume = biologie.exigence("INS/va1.01").resume
    lignes: Lignes = [{"ID": "IDENT.01", "Exigence": resume.replace("usager", "patient")}]
    rapport = _importer(tmp_path, biologie, ENTETE_PUBLICATION, lignes)
    assert rapport.surcouche.exigences[0].correspondance == ""
    assert rapport.nouvelles == ("IDENT.01",)
    assert "INS/va1.01" in rapport.disparues
    assert (rapport.propositions[0].classeur, rapport.propositions[0].catalogue) == ("IDENT.01", "INS/va1.01")
    assert '"IDENT.01": "INS/va1.01"' in rapport.en_texte()
    (tmp_path / "import" / "correspondances.yaml").write_text('"IDENT.01": "INS/va1.01"\n', encoding="utf-8")
    rapport = importer(tmp_path / "rem.xlsx", biologie, tmp_path / "import")
    lue = rapport.surcouche.exigences[0]
    assert (lue.correspondance, lue.methode) == ("INS/va1.01", CONFIRMEE)
    (tmp_path / "import" / "correspondances.yaml").write_text('"IDENT.01": "INS/va1.0"\n', encoding="utf-8")
    with pytest.raises(ErreurClasseur, match=r"attendu un numéro du catalogue pour « IDENT\.01 »"):
        importer(tmp_path / "rem.xlsx", biologie, tmp_path / "import")


def test_ressemblance_avec_l_import_precedent(tmp_path: Path, biologie: Catalogue) -> None:
    """Une exigence renumérotée se reconnaît à l'énoncé officiel de l'import précédent."""
    enonce = "Phrase rare : le zèbre violet consulte trois hiboux."
    _importer(tmp_path, biologie, ENTETE_PUBLICATION, [{"ID": "PSC.08", "Exigence": enonce}])
    lignes: Lignes = [{"ID": "NOUVEAU.08", "Exigence": enonce}]
    rapport = _importer(tmp_path, biologie, ENTETE_PUBLICATION, lignes, nom="second.xlsx")
    proposition = rapport.propositions[0]
    assert (proposition.catalogue, proposition.contre) == ("PSC.08", "l'énoncé importé précédemment")
    assert proposition.score == pytest.approx(1.0)


def test_numero_ambigu(tmp_path: Path, biologie: Catalogue) -> None:
    """Deux lignes qui visent la même exigence sans qu'un numéro soit exact ne sont rattachées ni l'une ni l'autre."""
    lignes: Lignes = [{"ID": "SC.INS/va1.01", "Exigence": "A."}, {"ID": "SGL.INS/va1.01", "Exigence": "B."}]
    rapport = _importer(tmp_path, biologie, ENTETE_PUBLICATION, lignes)
    assert rapport.ambigues == ("SC.INS/va1.01", "SGL.INS/va1.01")
    assert {lue.methode for lue in rapport.surcouche.exigences} == {AMBIGUE}
    lignes.append({"ID": "INS/va1.01", "Exigence": "C."})
    rapport = _importer(tmp_path, biologie, ENTETE_PUBLICATION, lignes)
    assert rapport.surcouche.texte_exigence("INS/va1.01") == "C."


def test_numero_du_socle_et_de_vague_1(tmp_path: Path, biologie: Catalogue) -> None:
    """Un numéro du socle rattache ; un ancien numéro de vague 1 ne fait que proposer, car il a pu être scindé."""
    lignes: Lignes = [{"ID": "SC.CDA/INT.09", "Exigence": "A."}, {"ID": "SGL.INS.01", "Exigence": "B."}]
    rapport = _importer(tmp_path, biologie, ENTETE_PUBLICATION, lignes)
    du_socle, ancienne = rapport.surcouche.exigences
    assert (du_socle.correspondance, du_socle.methode) == ("DMP/UX.29", DU_SOCLE)
    assert ancienne.correspondance == ""
    assert {p.catalogue for p in rapport.propositions if p.classeur == "SGL.INS.01"} == {"INS/va1.01", "INS/va1.56"}


def test_depuis_l_import_precedent(tmp_path: Path, biologie: Catalogue) -> None:
    """Le second import dit ce qui a changé depuis le premier, et garde le premier à côté."""
    premier = _importer(tmp_path, biologie, ENTETE_PUBLICATION, _PUBLICATION)
    assert premier.depuis_import is None
    suite: Lignes = [{**_PUBLICATION[0], "Exigence": "Énoncé révisé."}, {"ID": "PSC.01", "Exigence": "Énoncé ajouté."}]
    second = _importer(tmp_path, biologie, ENTETE_PUBLICATION, suite)
    assert second.depuis_import is not None
    ecarts = {(ecart.numero, ecart.quoi, ecart.apres) for ecart in second.depuis_import}
    assert ("SC.INS/va1.01", "énoncé", "Énoncé révisé.") in ecarts
    assert ("PSC.01", "énoncé", "présent") in ecarts
    assert ("LABEL.06", "énoncé", "absent") in ecarts
    gardee = tmp_path / "import" / f"surcouche-{premier.surcouche.revision.sha256[:12]}.yaml"
    assert yaml.safe_load(gardee.read_text(encoding="utf-8"))["classeur"]["sha256"] == premier.surcouche.revision.sha256
    encore = importer(tmp_path / "rem.xlsx", biologie, tmp_path / "import")
    assert encore.depuis_import == ()


def test_vague_seule_et_obsoletes(tmp_path: Path, biologie: Catalogue) -> None:
    """Un classeur d'une seule vague ne fait pas disparaître l'autre ; une ligne obsolète est dite telle."""
    chemin = ecrire_classeur(
        tmp_path / "rem.xlsx",
        ENTETE_PUBLICATION,
        [{"ID": "PSC.01", "Exigence": "É.", "Statut publication": "Obsolète"}],
    )
    rapport = importer(chemin, biologie, tmp_path / "import", vagues=(2,))
    assert len(rapport.disparues) == 101
    assert rapport.obsoletes == ("PSC.01",)


def test_jamais_dans_le_projet(tmp_path: Path, biologie: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un texte officiel ne s'écrit jamais sous le projet, et le dossier par défaut est à côté."""
    chemin = ecrire_classeur(tmp_path / "rem.xlsx", ENTETE_PUBLICATION, _PUBLICATION)
    for dossier in (PROJET, PROJET / "docs" / "import", PROJET / "docs" / ".." / "import"):
        with pytest.raises(ErreurClasseur, match="hors du projet"):
            importer(chemin, biologie, dossier)
    monkeypatch.chdir(PROJET / "docs")
    assert dossier_par_defaut("biologie") == PROJET.parent / "rem-importe" / "biologie"
    monkeypatch.chdir(tmp_path)
    assert dossier_par_defaut("biologie") == tmp_path.resolve() / "rem-importe" / "biologie"


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        ("version: 1\n", "contenu incomplet"),
        ("- a\n", "attendu une table YAML"),
        ("version: [\n", "illisible"),
        ("version: 9\n", "attendu la version 1, reçu 9"),
    ],
)
def test_surcouche_abimee(tmp_path: Path, contenu: str, message: str) -> None:
    """Une surcouche absente, abîmée ou d'un autre couloir est refusée."""
    with pytest.raises(ErreurClasseur, match="illisible"):
        charger_surcouche(tmp_path)
    (tmp_path / "surcouche.yaml").write_text(contenu, encoding="utf-8")
    with pytest.raises(ErreurClasseur, match=message):
        charger_surcouche(tmp_path)


def test_surcouche_d_un_autre_couloir(tmp_path: Path, biologie: Catalogue) -> None:
    """La surcouche d'un couloir n'est pas lue pour un autre."""
    _importer(tmp_path, biologie, ENTETE_PUBLICATION, _PUBLICATION)
    with pytest.raises(ErreurClasseur, match="attendu une surcouche du couloir radiologie, reçu biologie"):
        charger_surcouche(tmp_path / "import", couloir="radiologie")


@pytest.mark.parametrize(
    ("entete", "forme"),
    [
        ("N° scénario", "n scenario"),
        ("Nº  Scénario ", "n scenario"),
        ("Numéro de scénario", "n scenario"),
        ("Num. scénario", "n scenario"),
        ("N° de l’exigence", "n exigence"),
        ("ÉNONCÉ DE L’EXIGENCE", "enonce de l'exigence"),
        ("Nature\nde l'exigence :", "nature de l'exigence"),
        ("No preuve 3", "n preuve 3"),
        ("Nom interne", "nom interne"),
        ("Note interne", "note interne"),
    ],
)
def test_entetes(entete: str, forme: str) -> None:
    """Un en-tête se reconnaît malgré accents, casse, apostrophes, espaces et façons d'écrire « numéro »."""
    assert normaliser(entete) == forme


@given(st.permutations(ENTETE_PREPUBLICATION))
def test_ordre_des_colonnes(entetes: list[str]) -> None:
    """Quel que soit l'ordre, chaque colonne connue est trouvée à sa place et les autres sont inconnues."""
    disposition = reconnaitre(1, entetes)
    assert disposition.est_complete
    assert entetes[disposition.connues["texte"]] == "Exigence"
    assert entetes[disposition.connues["id"]] == "ID"
    assert len(disposition.preuves) == 10
    for rang, (numero, texte) in enumerate(disposition.preuves, start=1):
        assert numero is not None and entetes[numero] == f"N° preuve {rang}"
        assert texte is not None and entetes[texte] == f"Preuve {rang}"
    assert len(disposition.inconnues) == 7
