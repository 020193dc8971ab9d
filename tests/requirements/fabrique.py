"""Petits couloirs et petits classeurs pour les tests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

COULOIR = """couloir: essai
rem: ESS
type_logiciel: SGL
titre: "Couloir d'essai"
prefixe: SGL
profils:
- Général
- IAM
sources:
- code: essai
  titre: "Données d'essai"
  date: 2024-01-15
  statut: "Fabriquées pour les tests."
"""

SECTION = """id_section: INS
section: Identité
source: essai
profil: Général
statut: Approuvée
nature: EXIGENCE
criticite: Majeure
bloc: Bloc d'essai
fonction: Fonction d'essai
classe: reseau
service: insi

exigences:
- id: INS/va1.01
  ids_vague1: [SGL.INS.01]
  resume: "Le logiciel garde les traits de l'identité reçue du téléservice."
  scenarios:
  - id: INS/va1.01.01
    titre: "Traits gardés"
    attendu: "Les traits reçus se lisent sur la fiche de l'usager."
    preuves:
    - id: INS/va1.01.01.01
      attendu: "Une capture de la fiche."
      pieces: [video, capture]
- id: SGL.INS/va1.02
  profil: IAM
  resume: "Le logiciel trace chaque appel au téléservice."
  non_verifiee: "Aucun scénario n'est écrit pour cette préconisation."
"""

ENTETE_PUBLICATION = (
    "Périmètre",
    "ID",
    "Chapitre",
    "Fonction",
    "Exigence",
    "Commentaire",
    "Nature de l'exigence",
    "Profil",
    "N° scénario",
    "Scénario de conformité",
    *(nom for rang in range(1, 11) for nom in (f"N° preuve {rang}", f"Preuve {rang}")),
    "Statut publication",
    "VA N-1",
    "Criticité",
    "Ordre",
)
ENTETE_PREPUBLICATION = (
    *ENTETE_PUBLICATION,
    "bon pour publication",
    "référence exigence",
    "référence cas de test",
    "référence exigence socle",
    "points de vérification",
    "Note interne",
    "Rem Ségur",
)
ENTETE_ANCIEN = (
    "Exigence conditionnelle OUI/NON",
    "Profil",
    "ID Section",
    "Section",
    "Bloc",
    "Fonction",
    "Nature de l’exigence",
    "N° exigence",
    "Énoncé de l’exigence (DOIT)\nou de la préconisation (PEUT)",
    "N° scénario",
    "Scénario de conformité",
    *(nom for rang in range(1, 11) for nom in (f"N° preuve {rang}", f"Preuve {rang}")),
)
ENTETE_VAGUE2 = (
    "Périmètre",
    "ID",
    "Chapitre",
    "Fonction",
    "Exigence",
    "Nature de l'exigence",
    "Profil",
    "N° scénario",
    "Scénario de conformité",
    *(nom for rang in range(1, 5) for nom in (f"N° preuve {rang}", f"Preuve {rang}")),
    "Criticité",
    "Statut publication",
    "Commentaire",
    "Modalité de dépôt",
)
ENTETE_CONVERGENCE = (
    "Périmètre",
    "ID",
    "Chapitre",
    "Fonction",
    "Exigence",
    "Commentaire",
    "Profil",
    "N° scénario",
    "Scénario de conformité",
    "N° preuve",
    "Preuve",
    "Profil historique",
    "Criticité",
    "Ordre",
)


def ecrire_couloir(racine: Path, section: str = SECTION, *, couloir: str = COULOIR, nom: str = "essai") -> Path:
    """Écrit un couloir d'une section et rend le dossier qui contient les couloirs."""
    dossier = racine / nom
    (dossier / "vague-1").mkdir(parents=True, exist_ok=True)
    (dossier / "couloir.yaml").write_text(couloir, encoding="utf-8")
    (dossier / "vague-1" / "ins.yaml").write_text(section, encoding="utf-8")
    return racine


def ecrire_classeur(
    chemin: Path,
    entete: Sequence[str],
    lignes: Sequence[dict[str, object]],
    *,
    feuille: str = "Exigences",
    melange: int | None = None,
    avant: int = 0,
) -> Path:
    """Écrit un classeur ; `melange` change l'ordre des colonnes, `avant` ajoute des lignes de titre."""
    colonnes = list(entete)
    if melange is not None:
        random.Random(melange).shuffle(colonnes)
    livre = Workbook()
    onglet = livre.active
    assert onglet is not None
    onglet.title = feuille
    for rang in range(avant):
        onglet.append([f"Titre {rang}"])
    onglet.append(colonnes)
    for ligne in lignes:
        inconnues = set(ligne) - set(colonnes)
        assert not inconnues, inconnues
        onglet.append([ligne.get(colonne) for colonne in colonnes])
    livre.save(chemin)
    return chemin
