"""`python -m requirements gabarit` : un couloir minuscule et commenté, qui se valide et se joue tel quel."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from requirements.importation.nouveau import code_de, verifier_nom
from requirements.lieux import FEATURES

_COULOIR = """\
# Le couloir {couloir} : valeurs communes à toutes ses exigences. Aide : docs/couloirs.md.
couloir: {couloir}              # le nom de ce dossier
rem: {rem}                      # code court du REM, repris dans les rapports
type_logiciel: {type}
titre: "{titre}"
prefixe: {type}                 # début des numéros propres à ce REM : {type}.….NN
profils:                        # ceux que les exigences emploient, et « Général », qui vaut pour tous
- Général
documents:                      # ce que vos logiciels produisent ; le premier est celui des features communes
- nom: document de sortie
  code: 34133-9                 # code LOINC du type, celui du jeu de valeurs du DMP
  libelle: "Document de sortie"
  niveaux: [N1]                 # N1, N3 ; resultats: true pour un compte rendu d'analyses
sources:                        # d'où viennent les numéros et le sens des exigences
- code: gabarit
  titre: "Gabarit du banc : à remplacer par votre classeur et sa date"
  date: {date}
  statut: "Exemple, sans valeur."
"""

_SECTION = """\
# Une section, une vague : ajoutez un fichier par section. Ce qui est dit en tête vaut pour toutes les exigences.
id_section: INS
section: "Identité nationale de santé"
source: gabarit
profil: Général
statut: "Exemple"
nature: EXIGENCE                # ou PRECONISATION
criticite: Majeure              # Mineure, Majeure, Critique, Non définie
bloc: "Identité"
fonction: "Récupération de l'identité"
classe: reseau                  # où le verdict se lit : reseau, fichier, adaptateur, humain
service: insi                   # insi, dmp, mssante, psc, annuaire, hl7, cda, aucun

exigences:
# 1. Jouée par la machine : features/ins.feature porte le numéro de son scénario.
- id: {type}.INS.01
  resume: "Les traits rendus par le téléservice INSi alimentent la fiche de l'usager."
  scenarios:
  - id: {type}.INS.01.01
    titre: "Traits rendus par INSi"
    attendu: "Après l'appel au téléservice, la fiche porte les traits qu'il a rendus."
    preuves:
    - id: {type}.INS.01.01.01
      attendu: "Capture de la fiche après l'appel."
      pieces: [capture]         # video, capture, document, attestation, message, trace/log, export, fichier-CDA, autre

# 2. Jugée par une personne, que le banc guide étape par étape.
- id: {type}.INS.02
  classe: humain
  service: aucun
  resume: "La notice du logiciel explique la récupération de l'identité."
  scenarios:
  - id: {type}.INS.02.01
    titre: "Notice du logiciel"
    attendu: "La notice remise aux utilisateurs décrit la récupération de l'identité."
    deroule:
    - faire: "Ouvrez la notice remise aux utilisateurs."
      voir: "La récupération de l'identité y est décrite, avec ses cas d'échec."
      ecart: "La notice n'en dit rien, ou décrit un autre écran que celui du logiciel."
    preuves:
    - id: {type}.INS.02.01.01
      attendu: "La notice, ou l'extrait utile."
      pieces: [document]
      conseil: "Le document entier, daté, avec la version du logiciel."

# 3. Reprise d'un couloir livré : son texte, ses scénarios, et la feature commune qui les joue.
- id: {repris}
  reprend: biologie
"""

_FEATURE = """\
# language: fr
Fonctionnalité: Identité nationale de santé
  Les phrases sont celles du banc : reprenez-les des features qu'il livre. L'étiquette est le numéro du scénario.

  @{type}.INS.01.01
  Scénario: Les traits rendus par INSi alimentent la fiche
    Étant donné un patient « Rosalie » qu'INSi rend avec un autre lieu de naissance que le lieu saisi
      | champ                | valeur         |
      | prénoms de naissance | ROSE-MAY ADELE |
    Et la fiche du patient « Rosalie » dans le logiciel
    Quand l'agent d'accueil récupère l'INS du patient « Rosalie » par ses traits
    Alors l'identité du patient « Rosalie » est au statut « identité récupérée »
    Et les traits du patient « Rosalie » sont ceux rendus par INSi
"""

REPRIS = "INS/va1.28"


def ecrire_gabarit(couloir: str, type_logiciel: str, dossier: Path, *, titre: str = "", rem: str = "") -> Path:
    """Écrit le couloir et rend son dossier ; `ErreurClasseur` si le nom, le code ou le dossier ne conviennent pas."""
    code = rem or code_de(couloir)
    verifier_nom(couloir, type_logiciel, code, dossier)
    mots = {
        "couloir": couloir,
        "rem": code,
        "type": type_logiciel,
        "titre": (titre or f"{couloir.capitalize()} ({type_logiciel})").replace('"', "'"),
        "date": dt.datetime.now().astimezone().date().isoformat(),
        "repris": REPRIS,
    }
    cible = dossier / couloir
    for nom, texte in (
        ("couloir.yaml", _COULOIR),
        ("vague-1/ins.yaml", _SECTION),
        (f"{FEATURES}/ins.feature", _FEATURE),
    ):
        fichier = cible / nom
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(texte.format(**mots), encoding="utf-8", newline="\n")
    return cible
