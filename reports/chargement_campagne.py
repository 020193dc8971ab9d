"""Une campagne relue depuis son dossier : un résultat par scénario demandé, même après un arrêt brutal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports.campagne import Campagne, ErreurCampagne
from reports.declaration import Declaration, appliquer_toutes
from reports.depots import Depot, appliquer
from reports.resultat import CleScenario, EtatPreuve, PreuveProduite, ResultatScenario
from reports.verdict import Verdict
from requirements.catalogue import Catalogue
from requirements.modele import PROFIL_GENERAL, Exigence, ScenarioConformite
from simulators.socle.journal import JournalEchanges

RAISON_INTERROMPUE = "campagne interrompue"
RAISON_PROFIL = "profil « {profil} » non revendiqué"


def charger_campagne(
    dossier: Path, journal: JournalEchanges | None = None, catalogue: Catalogue | None = None
) -> Campagne:
    """Relit une campagne.

    Les résultats viennent du journal, seule source : les verdicts, les pièces déposées ou retirées, puis ce que des
    personnes ont déclaré depuis ; `verdicts.json` n'est lu qu'en son absence. `campagne.json` manquant est remplacé par
    l'enregistrement `campagne` du journal. Sans date de fin, la campagne a été interrompue ; avec le catalogue, chaque
    scénario demandé sans verdict y figure alors *non exécuté*.
    """
    entete = _lire_entete(dossier, journal)
    resultats = _lire_resultats(dossier, journal)
    try:
        campagne = Campagne.depuis_dict(entete, resultats)
    except (KeyError, TypeError, ValueError) as erreur:
        raise ErreurCampagne(f"{dossier / 'campagne.json'} : valeur absente ou inattendue ({erreur})") from erreur
    if campagne.fin is None:
        campagne = replace(campagne, interrompue=True)
        if journal is not None:
            # L'arrêt brutal n'a pas laissé le temps d'écrire où en était le journal.
            tete = {"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": journal.position()}
            campagne = replace(campagne, journal=tete)
    if catalogue is not None:
        campagne = completer(campagne, catalogue)
    if journal is None:
        return campagne  # verdicts.json a été écrit une fois les dépôts appliqués
    logiciel = (campagne.logiciel.nom, campagne.logiciel.version)
    avec_pieces = appliquer(campagne.resultats, lire_depots(journal), logiciel)
    return replace(campagne, resultats=appliquer_toutes(avec_pieces, lire_declarations(journal)))


def lire_depots(journal: JournalEchanges) -> list[Depot]:
    """Les pièces déposées et retirées par des personnes, dans l'ordre du journal."""
    depots = []
    for enregistrement in journal.enregistrements(type="piece"):
        try:
            depots.append(Depot.depuis_dict(enregistrement.donnees))
        except (KeyError, TypeError, ValueError) as erreur:
            raise ErreurCampagne(
                f"journal, enregistrement n° {enregistrement.numero} (« piece ») : illisible ({erreur})"
            ) from erreur
    return depots


def lire_declarations(journal: JournalEchanges) -> list[Declaration]:
    """Ce que des personnes ont déclaré depuis le dernier verdict de chaque scénario, dans l'ordre du journal.

    Un scénario rejoué n'est plus celui dont elles parlaient.
    """
    juges: dict[CleScenario, int] = {}
    for enregistrement in journal.enregistrements(type="verdict"):
        brut = enregistrement.donnees
        juges[CleScenario(brut["rem"], brut["exigence"], brut["scenario"])] = enregistrement.numero
    declarations = []
    for enregistrement in journal.enregistrements(type="declaration"):
        try:
            declaration = Declaration.depuis_dict(enregistrement.donnees)
        except (KeyError, TypeError, ValueError) as erreur:
            raise ErreurCampagne(
                f"journal, enregistrement n° {enregistrement.numero} (« declaration ») : illisible ({erreur})"
            ) from erreur
        if enregistrement.numero > juges.get(declaration.cle, 0):
            declarations.append(declaration)
    return declarations


def _lire_entete(dossier: Path, journal: JournalEchanges | None) -> Mapping[str, Any]:
    chemin = dossier / "campagne.json"
    if chemin.is_file():
        entete = _lire_json(chemin)
        if isinstance(entete, dict):
            return entete
        raise ErreurCampagne(f"{chemin} : un objet JSON est attendu, reçu {type(entete).__name__}")
    if journal is not None:
        return _entete_du_journal(dossier, journal)
    raise ErreurCampagne(f"{dossier} : ni campagne.json, ni journal")


def _entete_du_journal(dossier: Path, journal: JournalEchanges) -> Mapping[str, Any]:
    """L'en-tête écrit au début, complété par les enregistrements suivants (état, fin)."""
    entete: dict[str, Any] = {}
    for enregistrement in journal.enregistrements(type="campagne"):
        entete.update(enregistrement.donnees)
        etat = enregistrement.donnees.get("etat")
        if etat == "fin":
            entete.setdefault("fin", enregistrement.horodatage.isoformat())
        elif etat == "reprise" and "fin" not in enregistrement.donnees:
            entete.pop("fin", None)  # la fin d'avant n'est plus celle de la campagne
    if "couloir" not in entete:
        raise ErreurCampagne(f"{dossier} : ni campagne.json, ni en-tête de campagne dans le journal")
    return entete


def _lire_resultats(dossier: Path, journal: JournalEchanges | None) -> list[ResultatScenario]:
    bruts: Iterable[Mapping[str, Any]]
    if journal is not None:
        ou = "journal, enregistrements « verdict »"
        bruts = [enregistrement.donnees for enregistrement in journal.enregistrements(type="verdict")]
    elif (chemin := dossier / "verdicts.json").is_file():
        ou = str(chemin)
        lu = _lire_json(chemin)
        bruts = lu.get("scenarios", []) if isinstance(lu, dict) else []
    else:
        return []
    # Une reprise rejoue un scénario : son dernier verdict remplace le précédent.
    derniers: dict[CleScenario, ResultatScenario] = {}
    for brut in bruts:
        try:
            resultat = ResultatScenario.depuis_dict(brut)
        except (KeyError, TypeError, ValueError) as erreur:
            raise ErreurCampagne(f"{ou} : résultat illisible ({erreur}) : {str(brut)[:200]}") from erreur
        derniers[resultat.cle] = resultat
    return list(derniers.values())


def _lire_json(chemin: Path) -> Any:
    try:
        return json.loads(chemin.read_text(encoding="utf-8"))
    except (OSError, ValueError) as erreur:
        raise ErreurCampagne(f"{chemin} : illisible ({erreur})") from erreur


def completer(campagne: Campagne, catalogue: Catalogue) -> Campagne:
    """Ajoute les scénarios demandés qui n'ont pas de verdict, puis range tout dans l'ordre du catalogue."""
    connus = {resultat.cle for resultat in campagne.resultats}
    raison = RAISON_INTERROMPUE if campagne.interrompue else "aucun verdict enregistré pour ce scénario"
    manquants = [
        _sans_verdict(exigence, scenario, campagne, raison)
        for exigence, scenario in scenarios_demandes(campagne, catalogue)
        if CleScenario(exigence.rem, exigence.id, scenario.id) not in connus
    ]
    return replace(campagne, resultats=ordonner((*campagne.resultats, *manquants), catalogue))


def scenarios_demandes(campagne: Campagne, catalogue: Catalogue) -> Iterable[tuple[Exigence, ScenarioConformite]]:
    """Les scénarios du catalogue que cette campagne devait juger."""
    retenus = campagne.autres.get("retenus")
    demandees = set(campagne.exigences_demandees)
    profils = set(campagne.autres.get("profils_demandes") or ())
    for exigence in catalogue.exigences:
        if isinstance(retenus, list):
            # La liste écrite au départ de la campagne vaut mieux que les critères qui l'ont donnée.
            yield from ((exigence, scenario) for scenario in exigence.scenarios if scenario.id in retenus)
            continue
        if exigence.vague not in campagne.vagues or (profils and exigence.profil not in profils):
            continue
        tous = not demandees or demandees & {exigence.id, exigence.id_court}
        for scenario in exigence.scenarios:
            if tous or scenario.id in demandees:
                yield exigence, scenario


def profil_revendique(exigence: Exigence, profils: Sequence[str]) -> bool:
    """Le profil Général s'applique à tous ; les autres seulement s'ils sont revendiqués."""
    return exigence.profil in ("", PROFIL_GENERAL) or exigence.profil in profils


def _sans_verdict(
    exigence: Exigence, scenario: ScenarioConformite, campagne: Campagne, raison: str
) -> ResultatScenario:
    revendique = profil_revendique(exigence, campagne.profils)
    etat = EtatPreuve.MANQUANTE if revendique else EtatPreuve.SANS_OBJET
    return ResultatScenario(
        rem=exigence.rem,
        exigence=exigence.id,
        scenario=scenario.id,
        titre=scenario.titre,
        section=exigence.id_section,
        vague=exigence.vague,
        profil=exigence.profil,
        verdict=Verdict.NON_EXECUTE if revendique else Verdict.NON_APPLICABLE,
        raison=raison if revendique else RAISON_PROFIL.format(profil=exigence.profil),
        preuves=tuple(
            PreuveProduite(
                preuve.id,
                preuve.attendu,
                etat,
                tuple(piece.value for piece in preuve.pieces),
                repere=preuve.repere,
            )
            for preuve in scenario.preuves
        ),
    )


def ordonner(resultats: Iterable[ResultatScenario], catalogue: Catalogue) -> tuple[ResultatScenario, ...]:
    """Range les résultats dans l'ordre du catalogue ; ceux qu'il ne connaît pas viennent à la fin, par numéro."""
    rangs: dict[CleScenario, int] = {}
    for exigence in catalogue.exigences:
        for scenario in exigence.scenarios:
            rangs.setdefault(CleScenario(exigence.rem, exigence.id, scenario.id), len(rangs))
    return tuple(sorted(resultats, key=lambda resultat: (rangs.get(resultat.cle, len(rangs)), resultat.cle)))
