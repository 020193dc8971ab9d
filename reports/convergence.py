"""Écrit `convergence.xlsx` : les 14 colonnes de l'export Convergence, dans l'ordre, puis le verdict et les pièces."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.campagne import Campagne
from reports.ecarts import bilan_de
from reports.fichiers import ecrire_atomique
from reports.options import MENTION_DEMONSTRATION, SANS_TEXTES, TextesOfficiels
from reports.resultat import CleScenario, PreuveProduite, ResultatScenario
from reports.texte import abreger, affichable, date_lisible
from reports.verdict import Verdict
from reports.vues import libelle_piece
from requirements.catalogue import Catalogue
from requirements.modele import Exigence, ScenarioConformite

NOM = "convergence.xlsx"
FEUILLE = "Exigences"

COLONNES_CONVERGENCE = (
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
COLONNES_BANC = ("Verdict", "Moyen", "Raison", "Pièces produites", "Pièces à apporter", "Empreintes SHA-256")

_LARGEURS = (11, 16, 24, 26, 50, 20, 16, 18, 50, 20, 44, 14, 12, 8, 15, 13, 44, 34, 28, 34, 32)
# Une cellule ne peut pas dépasser 32 767 caractères ; Excel ne montre de toute façon que les premiers.
_CELLULE_MAX = 32_000
_RAISON_MAX = 2_000

# Ordre de l'export : un chiffre par section, puis les références comparées comme du texte.
_RANGS_SECTIONS = {"INS": "0", "DMP": "1", "MSS": "2", "PSC": "3", "ANN": "4", "TBB": "5", "HOP": "6"}
_RANGS_SECTIONS |= {"DOC": "7", "PORT": "8", "EPR": "9"}
_PREFIXE = re.compile(r"^(?:SC|CH|.{3})\.(?=[^\W\d_])")
_COULEURS = {
    Verdict.CONFORME: "E8F6EC",
    Verdict.NON_CONFORME: "FDECEC",
    Verdict.A_VERIFIER: "FFF3E0",
    Verdict.NON_CONCLUANT: "F8EEF6",
    Verdict.NON_EXECUTE: "EFEFF4",
    Verdict.NON_APPLICABLE: "EEF2F6",
}
_MOYENS = {"machine": "machine", "personne": "personne", "declaration": "déclaration"}


@dataclass(frozen=True, slots=True)
class Ligne:
    """Une ligne de la feuille : (exigence, scénario, preuve)."""

    exigence: Exigence | None
    scenario: ScenarioConformite | None
    resultat: ResultatScenario
    preuve: PreuveProduite | None
    ecart: str = ""


def sans_prefixe(numero: str) -> str:
    """Le numéro sans `SC.`, `CH.` ni préfixe de trois caractères, comme l'export Convergence.

    L'export applique sa règle à des références Squash toujours préfixées. Nos numéros ont parfois déjà perdu ce
    préfixe : il n'est retiré que s'il reste un nom de section, sinon `PSC.01.01` deviendrait `01.01`.
    """
    return _PREFIXE.sub("", numero.strip(), count=1)


def identifiant(exigence: Exigence) -> str:
    """La colonne ID : le numéro tel quel s'il est lié au socle, sans préfixe sinon."""
    return exigence.id if exigence.id_socle else sans_prefixe(exigence.id)


def ecrire_convergence(
    dossier: Path, campagne: Campagne, catalogue: Catalogue, textes: TextesOfficiels = SANS_TEXTES
) -> Path:
    """Écrit `convergence.xlsx` ; mêmes données → mêmes octets."""
    return ecrire_atomique(dossier / NOM, rendre_convergence(campagne, catalogue, textes))


def rendre_convergence(campagne: Campagne, catalogue: Catalogue, textes: TextesOfficiels = SANS_TEXTES) -> bytes:
    """Les octets du classeur."""
    classeur = Workbook()
    feuille = classeur.active
    assert isinstance(feuille, Worksheet)
    feuille.title = FEUILLE
    mention = ("Mention",) if campagne.demonstration else ()
    _entete(feuille, (*COLONNES_CONVERGENCE, *COLONNES_BANC, *mention))
    lignes = ordonner_lignes(lignes_de(campagne, catalogue))
    for rang, ligne in enumerate(lignes, start=2):
        valeurs: list[str | int] = [*_colonnes_convergence(ligne, textes), *_colonnes_banc(ligne)]
        _remplir(feuille, rang, [*valeurs, *([MENTION_DEMONSTRATION] if mention else [])])
        verdict = feuille.cell(rang, len(COLONNES_CONVERGENCE) + 1)
        verdict.fill = PatternFill("solid", fgColor=_COULEURS[ligne.resultat.verdict])
        verdict.font = Font(bold=True)
    feuille.auto_filter.ref = f"A1:{get_column_letter(feuille.max_column)}{max(feuille.max_row, 1)}"
    _mise_en_page(feuille, campagne)
    _feuille_campagne(classeur.create_sheet("Campagne"), campagne, catalogue, textes)
    return _octets_stables(classeur, campagne)


def lignes_de(campagne: Campagne, catalogue: Catalogue) -> Iterator[Ligne]:
    """Une ligne par (exigence, scénario, preuve) ; un scénario sans preuve en donne une, sans preuve."""
    exigences = {(exigence.rem, exigence.id): exigence for exigence in catalogue.exigences}
    scenarios = {
        CleScenario(exigence.rem, exigence.id, scenario.id): scenario
        for exigence in catalogue.exigences
        for scenario in exigence.scenarios
    }
    ecarts = bilan_de(campagne)
    for resultat in campagne.resultats:
        exigence = exigences.get((resultat.rem, resultat.exigence))
        for preuve in resultat.preuves or (None,):
            yield Ligne(exigence, scenarios.get(resultat.cle), resultat, preuve, ecarts.phrase(resultat))


def ordonner_lignes(lignes: Iterable[Ligne]) -> list[Ligne]:
    """L'ordre de l'export : section, référence de l'exigence, puis scénarios et preuves par leur texte."""

    def cle(ligne: Ligne) -> tuple[str, str, str]:
        numero = ligne.resultat.exigence
        section = re.split(r"[/.]", sans_prefixe(numero))[0]
        return (
            _RANGS_SECTIONS.get(section, "") + numero,
            ligne.resultat.scenario,
            ligne.preuve.id if ligne.preuve else "",
        )

    return sorted(lignes, key=cle)


def _colonnes_convergence(ligne: Ligne, textes: TextesOfficiels) -> list[str | int]:
    exigence, scenario, resultat, preuve = ligne.exigence, ligne.scenario, ligne.resultat, ligne.preuve
    return [
        f"Vague {resultat.vague}",
        identifiant(exigence) if exigence else sans_prefixe(resultat.exigence),
        exigence.bloc if exigence else "",
        exigence.fonction if exigence else "",
        textes.exigences.get(resultat.exigence) or (exigence.resume if exigence else ""),
        "",
        resultat.profil,
        sans_prefixe(resultat.scenario),
        textes.scenarios.get(resultat.scenario) or (scenario.attendu if scenario else resultat.titre),
        sans_prefixe(preuve.id) if preuve else "",
        (textes.preuves.get(preuve.id) or preuve.attendu) if preuve else "",
        "",
        exigence.criticite.value if exigence else "",
        scenario.ordre if scenario else "",
    ]


def _colonnes_banc(ligne: Ligne) -> list[str | int]:
    resultat, preuve = ligne.resultat, ligne.preuve
    fichiers = preuve.fichiers if preuve else ()
    a_apporter = preuve is not None and preuve.reste_a_apporter and resultat.verdict is not Verdict.NON_APPLICABLE
    return [
        resultat.verdict.libelle,
        _MOYENS[resultat.moyen.value] if resultat.moyen else "",
        abreger("\n".join(partie for partie in (ligne.ecart, _raison(resultat)) if partie), _RAISON_MAX),
        "\n".join(piece.chemin for piece in fichiers),
        " ou ".join(libelle_piece(piece) for piece in preuve.pieces_acceptees) if preuve and a_apporter else "",
        "\n".join(piece.sha256 for piece in fichiers),
    ]


def _raison(resultat: ResultatScenario) -> str:
    """La raison donnée, et les manquements prouvés : code et message."""
    manquements = (
        f"[{constat.code}] {constat.message}"
        for constat in resultat.constats
        if constat.verdict is Verdict.NON_CONFORME
    )
    rejoue = "Rejoué : des réponses de personne viennent d'un enregistrement." if resultat.rejoue else ""
    return "\n".join(partie for partie in (rejoue, resultat.raison, *manquements) if partie)


def _entete(feuille: Worksheet, colonnes: Sequence[str]) -> None:
    _remplir(feuille, 1, colonnes)
    for rang, cellule in enumerate(feuille[1], start=1):
        cellule.font = Font(bold=True, color="FFFFFF")
        officielle = rang <= len(COLONNES_CONVERGENCE)
        cellule.fill = PatternFill("solid", fgColor="000091" if officielle else "3A3A3A")
        cellule.alignment = Alignment(vertical="center", wrap_text=True)
    for rang, largeur in enumerate(_LARGEURS[: len(colonnes)], start=1):
        feuille.column_dimensions[get_column_letter(rang)].width = largeur
    # L'ID, les numéros et l'en-tête restent visibles.
    feuille.freeze_panes = "C2"


_HAUT = Alignment(vertical="top", wrap_text=True)


def _remplir(feuille: Worksheet, rang: int, valeurs: Sequence[str | int]) -> None:
    for colonne, valeur in enumerate(valeurs, start=1):
        if valeur == "":
            continue
        cellule = feuille.cell(rang, colonne)
        assert isinstance(cellule, Cell)
        _ecrire(cellule, valeur)


def _ecrire(cellule: Cell, valeur: str | int) -> None:
    """Écrit un texte comme texte, quoi qu'il contienne : jamais une formule, jamais un caractère interdit."""
    cellule.alignment = _HAUT
    if isinstance(valeur, int):
        cellule.value = valeur
        return
    texte = abreger(affichable(valeur.replace("\r\n", "\n").replace("\r", "\n")), _CELLULE_MAX)
    cellule.value = texte
    cellule.data_type = "s"
    # Le type texte suffit dans le classeur ; le guillemet protège aussi une cellule que l'on rouvre pour l'éditer.
    if texte[:1] in "=+-@\t":
        cellule.quotePrefix = True


def _mise_en_page(feuille: Worksheet, campagne: Campagne) -> None:
    feuille.page_setup.orientation = "landscape"
    feuille.page_setup.paperSize = 8  # A3
    feuille.page_setup.fitToHeight = 0
    feuille.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    feuille.print_title_rows = "1:1"
    if feuille.oddFooter is not None:
        feuille.oddFooter.right.text = "&P / &N"
    if campagne.demonstration and feuille.oddHeader is not None:
        feuille.oddHeader.center.text = MENTION_DEMONSTRATION


def _feuille_campagne(feuille: Worksheet, campagne: Campagne, catalogue: Catalogue, textes: TextesOfficiels) -> None:
    logiciel = campagne.logiciel
    origine = textes.origine or "résumés du banc ; le REM publié fait foi"
    lignes: Mapping[str, str] = {
        "Usage": MENTION_DEMONSTRATION if campagne.demonstration else "",
        "Logiciel": logiciel.designation,
        "NIL": logiciel.nil,
        "REM": f"{campagne.rem}, couloir {campagne.couloir}",
        "Vagues": ", ".join(str(vague) for vague in campagne.vagues),
        "Profils revendiqués": ", ".join(campagne.profils),
        "Début": date_lisible(campagne.debut),
        "Fin": date_lisible(campagne.fin) or "campagne interrompue",
        "Banc": campagne.produit_banc,
        "Textes des colonnes Exigence, Scénario et Preuve": origine,
        "Catalogue SHA-256": str(campagne.catalogue.get("empreinte") or catalogue.empreinte),
        "Journal, dernière empreinte": str(campagne.journal.get("derniere_empreinte") or ""),
        "Colonnes Commentaire et Profil historique": "laissées vides : le banc n'a pas ces valeurs",
    }
    for rang, (nom, valeur) in enumerate(((nom, valeur) for nom, valeur in lignes.items() if valeur), start=1):
        _remplir(feuille, rang, (nom, valeur))
        feuille.cell(rang, 1).font = Font(bold=True)
    feuille.column_dimensions["A"].width = 48
    feuille.column_dimensions["B"].width = 90


_EPOQUE_ZIP = (1980, 1, 1, 0, 0, 0)


def _octets_stables(classeur: Workbook, campagne: Campagne) -> bytes:
    """Enregistre sans l'heure du poste : dates du document prises dans la campagne, dates d'archive fixes."""
    instant = _instant(campagne.fin or campagne.debut)
    classeur.properties.creator = campagne.produit_banc
    classeur.properties.created = instant
    brut = io.BytesIO()
    classeur.save(brut)
    modifie = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    date = f"{instant:%Y-%m-%dT%H:%M:%SZ}".encode()
    stable = io.BytesIO()
    with zipfile.ZipFile(brut) as lu, zipfile.ZipFile(stable, "w", zipfile.ZIP_DEFLATED) as ecrit:
        for nom in lu.namelist():
            contenu = lu.read(nom)
            if nom == "docProps/core.xml":
                contenu = modifie.sub(lambda trouve: trouve.group(1) + date, contenu)
            ecrit.writestr(zipfile.ZipInfo(nom, _EPOQUE_ZIP), contenu, zipfile.ZIP_DEFLATED)
    return stable.getvalue()


def _instant(iso: str) -> datetime:
    try:
        lu = datetime.fromisoformat(iso)
    except ValueError:
        lu = datetime(1980, 1, 1, tzinfo=UTC)
    # openpyxl écrit des dates sans fuseau, comprises comme UTC.
    return (lu.astimezone(UTC) if lu.tzinfo else lu).replace(tzinfo=None)
