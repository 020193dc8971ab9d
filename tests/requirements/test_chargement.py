"""Chaque faute dans les données est refusée avec le fichier, la ligne, l'attendu, le reçu et que faire."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements.catalogue import Catalogue, charger, couloirs_disponibles
from requirements.erreurs import Anomalie, CouloirInconnu, ErreurCatalogue
from requirements.modele import Classe, Service, TypePiece
from tests.requirements.fabrique import COULOIR, SECTION, ecrire_couloir


def _anomalies(racine: Path) -> tuple[Anomalie, ...]:
    with pytest.raises(ErreurCatalogue) as erreur:
        charger("essai", racine=racine)
    return erreur.value.anomalies


def test_lecture_complete(tmp_path: Path) -> None:
    """Les valeurs communes du fichier valent pour chaque exigence, qui peut les remplacer."""
    catalogue = charger("essai", racine=ecrire_couloir(tmp_path))
    premiere, seconde = catalogue.exigences
    assert (premiere.profil, premiere.classe, premiere.service) == ("Général", Classe.RESEAU, Service.INSI)
    assert (premiere.id_socle, seconde.id_socle) == ("SC.INS/va1.01", "")
    assert (seconde.profil, seconde.id_court, seconde.section) == ("IAM", "INS/va1.02", "Identité")
    scenario = premiere.scenarios[0]
    assert (scenario.moyen, scenario.service, scenario.ordre) == (Classe.RESEAU, Service.INSI, 1)
    assert scenario.preuves[0].pieces == (TypePiece.VIDEO, TypePiece.CAPTURE)
    assert premiere.source.date.isoformat() == catalogue.date.isoformat() == "2024-01-15"
    assert catalogue.couloir.vagues == (1,)
    assert catalogue.sections == ("INS",)


@pytest.mark.parametrize(
    ("avant", "apres", "ligne", "attendu", "recu"),
    [
        ("id: SGL.INS/va1.02", "id: INS/va1.01", 25, "exigence unique", "« INS/va1.01 », déjà écrit en ins.yaml:14"),
        ("- id: INS/va1.01.01\n", "- id: INS/va1.02.01\n", 18, "celui de l'exigence INS/va1.01", "« INS/va1.02.01 »"),
        ("- id: INS/va1.01.01\n", "- id: coucou\n", 18, "un numéro de scénario", "« coucou »"),
        ("id: INS/va1.01\n", "id: INS-va1\n", 14, "un numéro d'exigence", "« INS-va1 »"),
        ("id: INS/va1.01.01.01", "id: preuve-un", 22, "un numéro de preuve", "« preuve-un »"),
        ("    - id: INS/va1.01.01.01\n      attendu", "    - attendu", 22, "le champ « id »", "rien"),
        ("SGL.INS.01", "INS01", 15, "des numéros de vague 1", "« INS01 »"),
        ('  resume: "Le logiciel garde', '  resumé: "Le logiciel garde', 16, "un champ de exigence", "« resumé »"),
        ("profil: IAM", "profil: IMA", 26, "parmi « Général », « IAM »", "« IMA »"),
        ("source: essai", "source: ailleurs", 3, "parmi « essai »", "« ailleurs »"),
        ("classe: reseau", "classe: réseau", 10, "parmi reseau, fichier", "« réseau »"),
        ("service: insi", "service: inci", 11, "parmi insi, dmp", "« inci »"),
        ("nature: EXIGENCE", "nature: OBLIGATION", 6, "parmi EXIGENCE, PRECONISATION", "« OBLIGATION »"),
        ("[video, capture]", "[video, film]", 24, "parmi video, capture", "« film »"),
        ("[video, capture]", "[video, video]", 24, "des valeurs distinctes", "« video »"),
        ("[video, capture]", "video", 24, "une liste pour « pieces »", "« video »"),
        ('"Traits gardés"', '"Traits gardés"\n    modalite: toile', 20, "parmi web, navigateur_externe", "« toile »"),
        ('"Traits gardés"', '"Traits gardés"\n    fournisseur: psc', 20, "« modalite » avec", "« fournisseur » seul"),
        ('"Traits gardés"', '""', 19, "un texte pour « titre »", "un texte vide"),
        ('"Traits gardés"', "[a, b]", 19, "une chaîne pour « titre »", "une liste"),
        ('"Traits gardés"', "court", 19, "une phrase pour « titre »", "« court »"),
        ('"Traits gardés"', '"TODO titre à écrire"', 19, "un texte définitif", "« TODO titre à écrire »"),
        ("  profil: IAM\n", "  profil: IAM\n  profil: IAM\n", 27, "« profil » une seule fois", "une répétition"),
        (
            '  non_verifiee: "Aucun scénario n\'est écrit pour cette préconisation."\n',
            "",
            25,
            "« non_verifiee »",
            "rien",
        ),
        (
            "  scenarios:\n",
            '  non_verifiee: "Raison superflue."\n  scenarios:\n',
            17,
            "pas de « non_verifiee »",
            "« Raison",
        ),
        ("  scenarios:\n", "  precontrole: humain\n  scenarios:\n", 17, "parmi reseau, fichier", "« humain »"),
        ("  scenarios:\n", "  id_socle: INS/va1.01\n  scenarios:\n", 17, "en « SC.… »", "« INS/va1.01 »"),
        ("exigences:\n- id", "exigences: [\n- id", 14, "un YAML bien formé", ""),
        ("id_section: INS", "- a", 2, "un YAML bien formé", ""),
        (SECTION, "", 1, "une table de champs", "un fichier vide"),
        (SECTION, "- a\n- b\n", 1, "une table de champs pour fichier de section", "une liste"),
        (SECTION, "id_section: INS\n", 1, "la liste « exigences »", "rien"),
        (SECTION, "id_section: INS\nexigences: []\n", 2, "une liste pour « exigences »", "une liste vide"),
    ],
)
def test_faute_de_section(tmp_path: Path, avant: str, apres: str, ligne: int, attendu: str, recu: str) -> None:
    """Une seule faute dans une section donne une anomalie à sa ligne, avec l'attendu et le reçu."""
    assert SECTION.count(avant) == 1
    racine = ecrire_couloir(tmp_path, SECTION.replace(avant, apres))
    trouvees = _anomalies(racine)
    exactes = [a for a in trouvees if a.ligne == ligne and attendu in a.attendu and recu in a.recu]
    assert exactes, [str(anomalie) for anomalie in trouvees]
    assert exactes[0].fichier == racine / "essai" / "vague-1" / "ins.yaml"
    assert exactes[0].a_faire
    assert f"ins.yaml:{ligne} : attendu" in str(exactes[0])


@pytest.mark.parametrize(
    ("avant", "apres", "attendu", "recu"),
    [
        ("couloir: essai", "couloir: autre", "« essai », le nom du dossier", "« autre »"),
        ("date: 2024-01-15", "date: 15/01/2024", "une date AAAA-MM-JJ", "« 15/01/2024 »"),
        ("rem: ESS\n", "", "le champ « rem »", "rien"),
        ("prefixe: SGL", "prefixes: SGL", "un champ de couloir", "« prefixes »"),
        ("- Général\n- IAM\n", "- Général\n- Général\n", "des valeurs distinctes", "« Général »"),
        (
            "- code: essai",
            "- code: essai\n  titre: a\n  date: 2024-01-01\n  statut: b\n- code: essai",
            "distincts",
            "essai",
        ),
        (COULOIR, "", "une table de champs", "un fichier vide"),
    ],
)
def test_faute_de_couloir(tmp_path: Path, avant: str, apres: str, attendu: str, recu: str) -> None:
    """Une faute dans couloir.yaml est refusée comme celles des sections."""
    racine = ecrire_couloir(tmp_path, couloir=COULOIR.replace(avant, apres))
    assert any(attendu in a.attendu and recu in a.recu for a in _anomalies(racine))


def test_toutes_les_fautes_a_la_fois(tmp_path: Path) -> None:
    """Deux fautes éloignées sont dites en une seule lecture."""
    texte = SECTION.replace("profil: IAM", "profil: IMA").replace("service: insi", "service: inci")
    assert {anomalie.ligne for anomalie in _anomalies(ecrire_couloir(tmp_path, texte))} == {11, 26}


def test_doublon_entre_fichiers(tmp_path: Path) -> None:
    """Un numéro repris dans un autre fichier du couloir est refusé, fût-ce dans une autre vague."""
    racine = ecrire_couloir(tmp_path)
    autre = racine / "essai" / "vague-2" / "ins.yaml"
    autre.parent.mkdir()
    autre.write_text(SECTION, encoding="utf-8")
    anomalies = _anomalies(racine)
    assert {anomalie.recu for anomalie in anomalies} == {
        "« INS/va1.01 », déjà écrit en ins.yaml:14",
        "« INS/va1.01.01 », déjà écrit en ins.yaml:18",
        "« INS/va1.01.01.01 », déjà écrit en ins.yaml:22",
        "« SGL.INS/va1.02 », déjà écrit en ins.yaml:25",
    }


def test_memes_numeros_dans_deux_couloirs(tmp_path: Path) -> None:
    """Le même numéro dans deux REM n'est pas un doublon."""
    ecrire_couloir(tmp_path)
    ecrire_couloir(tmp_path, couloir=COULOIR.replace("essai\n", "second\n", 1).replace("ESS", "SEC"), nom="second")
    assert couloirs_disponibles(tmp_path) == ("essai", "second")
    assert charger("second", racine=tmp_path).exigence("INS/va1.01").rem == "SEC"


def test_couloir_sans_section(tmp_path: Path) -> None:
    """Un couloir sans aucune exigence est refusé."""
    racine = ecrire_couloir(tmp_path)
    (racine / "essai" / "vague-1" / "ins.yaml").unlink()
    assert "vague-N/<section>.yaml" in _anomalies(racine)[0].attendu


def test_couloir_inconnu(tmp_path: Path) -> None:
    """Un nom de couloir inconnu est refusé avec ceux qui existent."""
    with pytest.raises(CouloirInconnu, match="« biolgie » ; couloirs disponibles : essai"):
        charger("biolgie", racine=ecrire_couloir(tmp_path))


def test_numero_sans_typage_yaml(tmp_path: Path) -> None:
    """Un numéro écrit `08.01` sans guillemets reste `08.01`, et un numéro irrégulier doit dire pourquoi."""
    texte = SECTION.replace("- id: INS/va1.01.01\n", '- id: 08.01\n    anomalie: "Début du numéro perdu."\n')
    assert charger("essai", racine=ecrire_couloir(tmp_path, texte)).scenario("08.01").anomalie


def test_preuve_repetee_ou_sans_numero(tmp_path: Path) -> None:
    """Une preuve sans numéro, ou au numéro répété, reçoit un repère unique quand elle dit son anomalie."""
    suite = (
        '    - id: INS/va1.01.01.01\n      attendu: "Une seconde capture."\n      pieces: [capture]\n'
        '      anomalie: "Numéro répété dans les données."\n'
        '    - attendu: "Une pièce sans numéro."\n      pieces: [autre]\n      anomalie: "Pas de numéro."\n'
    )
    texte = SECTION.replace("      pieces: [video, capture]\n", "      pieces: [video, capture]\n" + suite)
    preuves = charger("essai", racine=ecrire_couloir(tmp_path, texte)).preuves
    assert [p.repere for p in preuves] == ["INS/va1.01.01.01", "INS/va1.01.01.01~2", "INS/va1.01.01~3"]
    sans_raison = texte.replace('      anomalie: "Numéro répété dans les données."\n', "")
    assert "déjà écrit" in _anomalies(ecrire_couloir(tmp_path, sans_raison))[0].recu


def test_empreinte(tmp_path: Path) -> None:
    """L'empreinte change avec les données, pas avec les fins de ligne."""
    racine = ecrire_couloir(tmp_path)
    premiere = charger("essai", racine=racine).empreinte
    fichier = racine / "essai" / "vague-1" / "ins.yaml"
    fichier.write_bytes(fichier.read_bytes().replace(b"\n", b"\r\n"))
    assert charger("essai", racine=racine).empreinte == premiere
    fichier.write_text(SECTION.replace("fiche de l'usager", "fiche du patient"), encoding="utf-8")
    seconde: Catalogue = charger("essai", racine=racine)
    assert seconde.empreinte != premiere
