"""Reprendre une campagne : ce qui garde son verdict, ce qui est à refaire et pourquoi, ce qui ne se reprend pas."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from reports.campagne import Campagne, ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.resultat import EtatPreuve, ResultatScenario
from reports.seances import CLE_PERDUE
from reports.texte import pluriel
from reports.verdict import Verdict
from reports.versions import BANC, CATALOGUE, DEROULE, LOGICIEL, VERIFICATIONS
from simulators.socle.chaine import canonique
from simulators.socle.journal import JournalEchanges
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.protocole import Apropos
from steps.selection import ScenarioRetenu
from steps.verifications.tableau_de_bord import R_VOLUME


class RepriseRefusee(ValueError):
    """Ce dossier ne se continue pas ainsi ; le message dit pourquoi et que faire."""


class Motif(StrEnum):
    """Pourquoi un scénario est à refaire."""

    JAMAIS_JOUE = "jamais joué"
    NON_CONFORME = "non conforme"
    NON_CONCLUANT = "non concluant"
    NON_EXECUTE = "non exécuté"
    PERIME = "périmé"


_ECHECS = {
    Verdict.NON_CONFORME: Motif.NON_CONFORME,
    Verdict.NON_CONCLUANT: Motif.NON_CONCLUANT,
    Verdict.NON_EXECUTE: Motif.NON_EXECUTE,
}
_CAUSES = {
    LOGICIEL: "version du logiciel : {avant}, maintenant {apres}",
    CATALOGUE: "le catalogue ne demande plus la même chose",
    DEROULE: "le scénario joué ou ses vérifications ont changé",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Ce qu'il advient d'un scénario à la reprise. `motif` : None s'il garde son verdict."""

    retenu: ScenarioRetenu
    motif: Motif | None
    detail: str = ""

    @property
    def en_phrase(self) -> str:
        """« périmé (version du logiciel : 1.0, maintenant 1.1) »."""
        return f"{self.motif} ({self.detail})" if self.detail else str(self.motif or "repris")


def decider(
    retenu: ScenarioRetenu,
    ancien: ResultatScenario | None,
    actuelles: Mapping[str, str],
    *,
    volume_reduit: bool = False,
    rejeu: bool = False,
) -> Decision:
    """Ce qu'il advient d'un scénario, d'après son dernier verdict et les versions d'aujourd'hui.

    `rejeu` : les réponses de personne de cette séance viennent aussi d'un enregistrement.
    Un *à vérifier* n'est pas un échec : il attend une personne, ses pièces et sa déclaration restent.
    """
    if ancien is None:
        return Decision(retenu, Motif.JAMAIS_JOUE)
    if ancien.verdict in _ECHECS:
        return Decision(retenu, _ECHECS[ancien.verdict])
    if retenu.ecarte is None and ancien.verdict is Verdict.NON_APPLICABLE:
        return Decision(retenu, Motif.PERIME, "il s'applique désormais au logiciel")
    if retenu.ecarte is not None and retenu.ecarte[0] is not ancien.verdict:
        return Decision(retenu, Motif.PERIME, retenu.ecarte[1])
    causes = causes_de_peremption(ancien, actuelles)
    if ancien.rejoue and not rejeu:
        causes.append("des réponses de personne venaient d'un enregistrement")
    if not volume_reduit and any(c.code == R_VOLUME.code and c.verdict is Verdict.A_VERIFIER for c in ancien.constats):
        causes.append("il a été joué à volume réduit")
    return Decision(retenu, Motif.PERIME, " ; ".join(causes)) if causes else Decision(retenu, None)


def causes_de_peremption(ancien: ResultatScenario, actuelles: Mapping[str, str]) -> list[str]:
    """Ce qui a changé depuis ce verdict, en français ; vide si rien n'oblige à le refaire."""
    if not ancien.versions:
        return ["ses versions ne sont pas connues"]
    causes = []
    for cle, phrase in _CAUSES.items():
        avant, apres = ancien.versions.get(cle, ""), actuelles.get(cle, "")
        if avant != apres:
            causes.append(phrase.format(avant=avant or "inconnue", apres=apres or "inconnue"))
    return causes


def versions_du_scenario(
    retenu: ScenarioRetenu, *, logiciel: str, banc: str, verifications: str, deroule: str
) -> dict[str, str]:
    """Les versions qu'un verdict garde. `deroule` : vide pour un scénario qu'aucune feature ne joue."""
    versions = {
        LOGICIEL: logiciel,
        BANC: banc,
        CATALOGUE: empreinte_du_scenario(retenu),
        VERIFICATIONS: verifications,
        DEROULE: deroule,
    }
    return {cle: valeur for cle, valeur in versions.items() if valeur}


def empreinte_du_scenario(retenu: ScenarioRetenu) -> str:
    """SHA-256 de ce que le catalogue demande de lui : son exigence et ses preuves, sans les autres scénarios."""
    exigence, scenario = retenu.exigence, retenu.scenario
    demande = {
        "exigence": [
            exigence.rem,
            exigence.id,
            exigence.profil,
            exigence.nature.value,
            exigence.criticite.value,
            exigence.resume,
        ],
        "scenario": [
            scenario.id,
            scenario.attendu,
            scenario.prerequis,
            scenario.moyen.value,
            scenario.modalite.value if scenario.modalite else "",
            scenario.fournisseur.value,
        ],
        "preuves": [[p.repere, p.attendu, sorted(piece.value for piece in p.pieces)] for p in scenario.preuves],
    }
    return hashlib.sha256(canonique(demande).encode()).hexdigest()


def version_du_logiciel(logiciel: ConfigurationLogiciel, apropos: Apropos | None) -> str:
    """La version décrite, et celle que le logiciel dit de lui-même quand elle diffère."""
    if apropos is None or apropos.version == logiciel.version:
        return logiciel.version
    return f"{logiciel.version} (se dit {apropos.version})"


# ------------------------------------------------------------------ ouverture
def relire_pour_reprendre(dossier: Path, couloir: str, logiciel: ConfigurationLogiciel) -> Campagne | None:
    """La campagne de ce dossier, si elle peut être continuée ainsi ; None si elle est morte avant son en-tête.

    Lève RepriseRefusee pour un autre couloir, un autre logiciel, ou une démonstration mêlée à un vrai produit.
    """
    try:
        with JournalEchanges.ouvrir(dossier) as journal:
            if journal.position() == 0:
                return None
            campagne = charger_campagne(dossier, journal)
    except (ErreurCampagne, OSError) as erreur:
        raise RepriseRefusee(f"--reprendre : {erreur}") from erreur
    if campagne.couloir != couloir:
        raise RepriseRefusee(
            f"--reprendre : {dossier} porte une campagne du couloir {campagne.couloir!r}, alors que "
            f"--couloir={couloir} est demandé ; relancez avec --couloir={campagne.couloir}, ou commencez une campagne "
            "neuve par --dossier"
        )
    if campagne.demonstration and not logiciel.demonstration:
        raise RepriseRefusee(
            f"--reprendre : {dossier} est une démonstration menée sur le logiciel témoin ; {logiciel.nom} ne peut pas "
            "la continuer : commencez une campagne neuve par --dossier"
        )
    if logiciel.demonstration and not campagne.demonstration:
        raise RepriseRefusee(
            f"--reprendre : {dossier} est la campagne de {campagne.logiciel.nom} ; le logiciel témoin ne peut pas la "
            "continuer : donnez sa description par --logiciel=…"
        )
    if campagne.logiciel.nom != logiciel.nom:
        raise RepriseRefusee(
            f"--reprendre : {dossier} est la campagne de {campagne.logiciel.nom!r}, alors que "
            f"{logiciel.source or 'logiciel.yaml'} décrit {logiciel.nom!r} ; un dossier ne porte qu'un logiciel : "
            "donnez sa description par --logiciel=…, ou commencez une campagne neuve par --dossier"
        )
    return campagne


def demandes_d_avant(campagne: Campagne | None) -> tuple[str, ...]:
    """Les scénarios que la campagne devait juger quand elle s'est arrêtée."""
    retenus = campagne.autres.get("retenus") if campagne else None
    return tuple(str(numero) for numero in retenus) if isinstance(retenus, list) else ()


# ------------------------------------------------------- ce que la personne a apporté
def garder_les_apports(ancien: ResultatScenario | None, nouveau: ResultatScenario, motif: str = "") -> ResultatScenario:
    """Le nouveau résultat, avec ce qu'une personne avait dit de l'ancien, signalé périmé.

    Les pièces qu'elle a déposées se relisent du journal, preuve par preuve ; une preuve que le catalogue ne demande
    plus garde ici les siennes. Ce qu'elles valent encore, seul `reports.depots.appliquer` le dit : d'ici là, la preuve
    est à apporter.
    """
    if ancien is None:
        return nouveau
    demandees = {preuve.designation for preuve in nouveau.preuves}
    restes = [
        replace(preuve, fichiers=deposees, etat=EtatPreuve.A_APPORTER)
        for preuve in ancien.preuves
        if preuve.designation not in demandees and (deposees := tuple(p for p in preuve.fichiers if p.de_personne))
    ]
    declaration = nouveau.declaration
    if declaration is None and ancien.declaration is not None:
        declaration = {**ancien.declaration, "perimee": motif or "le scénario a été rejoué"}
    return replace(nouveau, preuves=(*nouveau.preuves, *restes), declaration=declaration)


# ------------------------------------------------------------------ annonce
def annoncer(decisions: Sequence[Decision], *, interrompu: str = "") -> list[str]:
    """Ce que le terminal dit d'une reprise : combien de verdicts restent, combien sont à refaire, et pourquoi."""
    a_refaire = [decision for decision in decisions if decision.motif is not None]
    lignes = [
        f"Reprise : {pluriel(len(decisions) - len(a_refaire), 'scénario repris', 'scénarios repris')}, "
        f"{pluriel(len(a_refaire), 'scénario')} à refaire"
    ]
    lignes += [f"  {decision.retenu.numero} : {decision.en_phrase}" for decision in a_refaire]
    if interrompu:
        lignes.append(
            f"Le scénario {interrompu} était en cours quand la campagne s'est arrêtée : il est rejoué entier."
        )
    return [*lignes, CLE_PERDUE, ""]


def scenario_coupe(journal: JournalEchanges) -> str:
    """Le scénario qui était en cours à l'arrêt brutal de la séance précédente ; vide s'il n'y en avait pas."""
    ouverts = list(journal.enregistrements(type="scenario_debut"))
    if not ouverts:
        return ""
    dernier = ouverts[-1]
    fermes = journal.enregistrements(type="scenario_fin", depuis=dernier.numero)
    return "" if next(fermes, None) else str(dernier.donnees.get("scenario", ""))
