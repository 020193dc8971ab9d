"""Le kit de l'utilisateur : trouver sa racine, dire ce qui manque, choisir le volet du document."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from steps.schematron.kit import GENERIQUES, ErreurKit, Kit
from tests.schematron.fabrique import arbre, cda, deposer, kit_d_essai


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Le kit d'essai, ouvert."""
    return Kit.ouvrir(kit_d_essai(tmp_path / "depot" / "kit"))


@pytest.mark.parametrize("depuis", [".", "schematrons", "schematrons/profils", "jeuxDeValeurs", "..", "../.."])
def test_racine_trouvee(tmp_path: Path, depuis: str) -> None:
    """Le dossier du kit, un de ses sous-dossiers ou un dossier qui le contient conviennent."""
    racine = kit_d_essai(tmp_path / "depot" / "kit")
    assert Kit.ouvrir((racine / depuis).resolve()).racine == racine


def test_contenu(kit: Kit) -> None:
    """Volets, schéma, et ce qui manque au kit d'essai."""
    assert sorted(kit.volets) == ["ESSAI-A_2022.01", "ESSAI-A_2024.01", "ESSAI-B_2023.01"]
    assert kit.xsd is not None
    assert kit.manques == tuple(f"schematron {nom}" for nom in GENERIQUES[2:])
    assert kit.date.isoformat() == "2024-05-06"


def test_manques_dits(kit: Kit) -> None:
    """Sans schéma ni jeux de valeurs, le kit s'ouvre et le dit."""
    shutil.rmtree(kit.racine / "infrastructure")
    shutil.rmtree(kit.racine / "jeuxDeValeurs")
    manques = Kit.ouvrir(kit.racine).manques
    assert any("CDA_extended.xsd" in manque for manque in manques)
    assert any("jeux de valeurs" in manque for manque in manques)


def test_pas_un_kit(tmp_path: Path) -> None:
    """Un dossier quelconque, absent ou vide est refusé en français."""
    vide = tmp_path / "vide"
    vide.mkdir()
    with pytest.raises(ErreurKit, match="n'est pas un kit"):
        Kit.ouvrir(vide)
    with pytest.raises(ErreurKit, match="n'existe pas"):
        Kit.ouvrir(tmp_path / "rien")


def test_empreinte_du_kit(kit: Kit) -> None:
    """L'empreinte suit le contenu des jeux de valeurs."""
    avant = kit.empreinte
    assert Kit.ouvrir(kit.racine).empreinte == avant
    (kit.racine / "jeuxDeValeurs" / "jdv-essai.xml").write_text("<j/>")
    assert Kit.ouvrir(kit.racine).empreinte != avant


@pytest.mark.parametrize("demande", ["ESSAI-A_2022.01", "ci-sis_essai-a_2022.01.sch"])
def test_volet_demande(kit: Kit, demande: str) -> None:
    """Le volet demandé l'emporte sur tout, au préfixe, à l'extension et à la casse près."""
    choix = kit.schematrons_pour(arbre('<?oxygen SCHSchema="CI-SIS_ESSAI-B_2023.01.sch"?>' + cda()), demande)
    assert choix.volet == "ESSAI-A_2022.01"
    assert [s.nom for s in choix.schematrons] == ["IHE", "terminologie", "CI-SIS_ESSAI-A_2022.01"]
    assert len(choix.manques) == 3


def test_volet_demande_absent(kit: Kit) -> None:
    """Un volet que le kit n'a pas est une erreur qui nomme les proches."""
    with pytest.raises(ErreurKit, match=r"proches : ESSAI-A_2022.01, ESSAI-A_2024.01"):
        kit.schematrons_pour(arbre(cda()), "essai-a")


@pytest.mark.parametrize(
    "instruction",
    [
        '<?oxygen SCHSchema="../schematrons/CI-SIS_ESSAI-B_2023.01.sch"?>',
        "<?oxygen SCHSchema='C:\\kit\\schematrons\\ci-sis_essai-b_2023.01.SCH'?>",
        '<?oxygen SCHSchema="../profils/IHE.sch"?><?oxygen SCHSchema="/x/CI-SIS_ESSAI-B_2023.01.sch"?>',
    ],
)
def test_volet_nomme_par_le_document(kit: Kit, instruction: str) -> None:
    """L'instruction du document ne vaut que par son nom de fichier ; un modèle qui la contredit est dit."""
    choix = kit.schematrons_pour(arbre(instruction + cda()))
    assert choix.volet == "ESSAI-B_2023.01"
    assert "plutôt ESSAI-A" in choix.raison


@pytest.mark.parametrize(
    "instruction", ['<?oxygen SCHSchema="CI-SIS_AUTRE_2023.01.sch"?>', "<?oxygen RNGSchema='x'?>", ""]
)
@pytest.mark.parametrize(("extension", "volet"), [("", "2024.01"), ("2022.01", "2022.01"), ("2019.01", "2024.01")])
def test_volet_deduit_du_modele(kit: Kit, instruction: str, extension: str, volet: str) -> None:
    """Sinon le modèle désigne le volet : la version que dit son extension, ou la plus récente."""
    choix = kit.schematrons_pour(arbre(instruction + cda(extension=extension)))
    assert choix.volet == f"ESSAI-A_{volet}"
    assert not choix.volet_inconnu


def test_volet_deduit_du_code(kit: Kit) -> None:
    """À défaut de modèle connu, le code du document."""
    choix = kit.schematrons_pour(arbre(cda(modele="1.2.3", code="B-1")))
    assert (choix.volet, choix.raison.count("son code B-1")) == ("ESSAI-B_2023.01", 1)


def test_generiques_nommes_sans_volet(kit: Kit) -> None:
    """Un document qui nomme les schematrons génériques et aucun volet : pas de volet, celui de son modèle est dit."""
    choix = kit.schematrons_pour(arbre('<?oxygen SCHSchema="profils/IHE.sch"?>' + cda()))
    assert (choix.volet, choix.volet_inconnu) == ("", False)
    assert "demander ESSAI-A_2024.01" in choix.raison


def test_volet_inconnu(kit: Kit) -> None:
    """Un document structuré que rien ne désigne le dit ; les schematrons génériques restent."""
    choix = kit.schematrons_pour(arbre(cda(modele="1.2.3", code="Z")))
    assert (choix.volet, choix.volet_inconnu) == ("", True)
    assert "code Z" in choix.raison
    assert [s.nom for s in choix.schematrons] == ["IHE", "terminologie"]


def test_volets_ambigus(kit: Kit) -> None:
    """Deux familles pour un même modèle : aucune n'est prise au hasard."""
    from tests.schematron.fabrique import volet

    deposer(kit.schematrons, **{"CI-SIS_ESSAI-C_2024.01": volet("C", "1.2.250.1.213.1.1.1.901")})
    choix = Kit.ouvrir(kit.racine).schematrons_pour(arbre(cda()))
    assert choix.volet == ""
    assert "ESSAI-A, ESSAI-C" in choix.raison


def test_modele_inconnu_et_modele_partage(kit: Kit) -> None:
    """Un modèle de l'ANS que le kit ne connaît pas : un modèle IHE commun à un autre volet ne l'impose pas."""
    from tests.schematron.fabrique import volet

    deposer(kit.schematrons, **{"CI-SIS_ESSAI-D_2024.01": volet("D", "1.3.6.1.4.1.19376.1.5.9")})
    ouvert = Kit.ouvrir(kit.racine)
    ihe = '<templateId root="1.3.6.1.4.1.19376.1.5.9"/>'
    inconnu = cda(modele="1.2.250.1.213.1.1.1.999", code="Z").replace("<code", ihe + "<code", 1)
    assert ouvert.schematrons_pour(arbre(inconnu)).volet_inconnu
    assert ouvert.schematrons_pour(arbre(cda(modele="1.3.6.1.4.1.19376.1.5.9"))).volet == "ESSAI-D_2024.01"


def test_niveau_1(kit: Kit) -> None:
    """Un document de niveau 1 n'a de volet que s'il le nomme."""
    n1 = cda().replace("<structuredBody></structuredBody>", "<nonXMLBody><text>x</text></nonXMLBody>")
    choix = kit.schematrons_pour(arbre(n1))
    assert (choix.volet, choix.volet_inconnu) == ("", False)
    assert "niveau 1" in choix.raison
    assert kit.schematrons_pour(arbre('<?oxygen SCHSchema="CI-SIS_ESSAI-B_2023.01.sch"?>' + n1)).volet


def test_document_dans_une_feuille(kit: Kit) -> None:
    """Un document autoprésentable, contenu dans une feuille de style, a son volet."""
    assert kit.schematrons_pour(arbre(f"<feuille>{cda()}</feuille>")).volet == "ESSAI-A_2024.01"
    assert "pas de ClinicalDocument" in kit.schematrons_pour(arbre("<feuille/>")).raison


def test_schematron_illisible(kit: Kit) -> None:
    """Un schematron du kit qui ne se lit pas est un manque, pas un arrêt."""
    (kit.schematrons / "profils" / "IHE.sch").write_text("<schema")
    choix = Kit.ouvrir(kit.racine).schematrons_pour(arbre(cda()))
    assert [s.nom for s in choix.schematrons] == ["terminologie", "CI-SIS_ESSAI-A_2024.01"]
    assert any("mal formé" in manque for manque in choix.manques)
