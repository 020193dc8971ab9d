"""Relit une campagne entière : chaîne, jugements refaits, verdicts du journal, puis `verdicts.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from reports.campagne import ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.resultat import CleScenario, ResultatScenario
from reports.verdict import Moyen, Verdict
from simulators.socle.journal import JournalEchanges
from steps.jugements.decodage import Decodeur
from steps.jugements.empreinte import empreinte_des_verifications
from steps.jugements.rejeu import Rejeu, rejouer
from steps.jugements.source import SourceJournal
from steps.regles import charger_les_regles
from steps.relecture.modele import Ecart, Relecture, ScenarioRelu
from steps.relecture.orphelins import jugements_oublies
from steps.relecture.scenario import relire_scenario

COMPARES = ("verdict", "moyen", "raison", "constats", "jugements", "versions", "declaration", "rejoue")
"""Ce que `verdicts.json` doit dire comme le journal ; les preuves sont l'affaire de `python -m reports verifier`."""

Avancement = Callable[[int, int], None]


def relire_campagne(
    dossier: Path, journal: JournalEchanges, avancer: Avancement = lambda fait, total: None
) -> Relecture:
    """Refait chaque jugement machine du dossier ; lève `ErreurCampagne` si le dossier ne se lit pas."""
    charger_les_regles()
    empreinte = empreinte_des_verifications()
    resultats = derniers_verdicts(journal)
    machines = [resultat for resultat in resultats if _a_refaire(resultat)]
    refaire = _Refaits(journal)
    relus: list[ScenarioRelu] = []
    for rang, resultat in enumerate(machines, 1):
        changees = _empreinte_de(resultat) not in ("", empreinte)
        relus.append(relire_scenario(resultat, refaire.de(resultat), versions_changees=changees))
        avancer(rang, len(machines))
    campagne = charger_campagne(dossier, journal)
    anomalies = [
        *(Ecart("journal", "une chaîne et des corps intacts", anomalie, "journal") for anomalie in _chaine(journal)),
        *jugements_oublies(journal, resultats),
        *_ecarts_de_verdicts_json(dossier, campagne.resultats),
    ]
    return Relecture(
        scenarios=tuple(relus),
        anomalies=tuple(anomalies),
        hors_machine=Counter(r.moyen.value if r.moyen else "sans" for r in resultats if not _a_refaire(r)),
        empreinte=empreinte,
        empreintes_jugees=tuple(dict.fromkeys(filter(None, map(_empreinte_de, machines)))),
        demonstration=campagne.demonstration,
    )


def _a_refaire(resultat: ResultatScenario) -> bool:
    """Un verdict de machine, ou qui en a l'air : sans machine, rien n'est conforme au journal avant une déclaration."""
    return (
        resultat.moyen is Moyen.MACHINE
        or bool(resultat.jugements)
        or resultat.verdict in (Verdict.CONFORME, Verdict.NON_CONFORME)
        or any(constat.verdict is Verdict.CONFORME for constat in resultat.constats)
    )


def derniers_verdicts(journal: JournalEchanges) -> list[ResultatScenario]:
    """Le dernier verdict écrit de chaque scénario, dans l'ordre du journal."""
    derniers: dict[CleScenario, ResultatScenario] = {}
    for enregistrement in journal.enregistrements(type="verdict"):
        try:
            resultat = ResultatScenario.depuis_dict(enregistrement.donnees)
            if not all(type(numero) is int for numero in resultat.jugements):
                raise ValueError("jugements : des numéros sont attendus")
        except (KeyError, TypeError, ValueError, AttributeError) as erreur:
            raise ErreurCampagne(
                f"journal, enregistrement n° {enregistrement.numero} (« verdict ») : illisible ({erreur})"
            ) from erreur
        derniers.pop(resultat.cle, None)
        derniers[resultat.cle] = resultat
    return list(derniers.values())


def _empreinte_de(resultat: ResultatScenario) -> str:
    return str(resultat.versions.get("verifications") or "")


class _Refaits:
    """Les jugements du journal, refaits à la demande et une fois chacun."""

    def __init__(self, journal: JournalEchanges) -> None:
        self._decodeur = Decodeur(SourceJournal(journal))
        self._donnees = {e.numero: e.donnees for e in journal.enregistrements(type="jugement")}
        self._refaits: dict[int, Rejeu] = {}

    def de(self, resultat: ResultatScenario) -> list[Rejeu]:
        """Ceux qu'un verdict cite, dans l'ordre."""
        return [self._refait(numero) for numero in resultat.jugements]

    def _refait(self, numero: int) -> Rejeu:
        if numero not in self._refaits:
            donnees = self._donnees.get(numero)
            absent = Rejeu(numero, "?", raison="le journal n'a pas de jugement à ce numéro")
            self._refaits[numero] = absent if donnees is None else rejouer(numero, donnees, self._decodeur)
        return self._refaits[numero]


def _chaine(journal: JournalEchanges) -> Iterable[str]:
    try:
        return journal.verifier_chaine()
    except (KeyError, TypeError, ValueError, AttributeError) as erreur:
        return [f"chaîne invérifiable : un enregistrement est mal formé ({type(erreur).__name__} : {erreur})"]


def _ecarts_de_verdicts_json(dossier: Path, attendus: Iterable[ResultatScenario]) -> Iterable[Ecart]:
    """Ce que `verdicts.json` dit autrement que le journal, ou en plus."""
    chemin = dossier / "verdicts.json"
    ou = "verdicts.json"
    if not chemin.is_file():
        yield Ecart("verdicts.json", "le fichier des verdicts", "aucun", ou)
        return
    ecrits = _lire_verdicts(chemin)
    for resultat in attendus:
        ecrit = ecrits.pop(resultat.cle, None)
        if ecrit is None:
            yield Ecart(
                "scénario absent", f"{resultat.verdict.value}, au journal", "rien", f"{ou}, {_nom(resultat.cle)}"
            )
            continue
        juste = json.loads(json.dumps(resultat.en_dict()))
        for champ in COMPARES:
            if ecrit.get(champ) != juste[champ]:
                ou_champ = f"{ou}, {_nom(resultat.cle)}, « {champ} »"
                yield Ecart("verdicts.json contredit le journal", *_premier(juste[champ], ecrit.get(champ)), ou_champ)
    for cle, ecrit in ecrits.items():
        # Un scénario demandé et jamais joué n'est pas au journal : il ne peut rien affirmer.
        if ecrit.get("verdict") not in (Verdict.NON_EXECUTE, Verdict.NON_APPLICABLE) or ecrit.get("constats"):
            yield Ecart(
                "verdict sans trace", "un verdict écrit au journal", str(ecrit.get("verdict")), f"{ou}, {_nom(cle)}"
            )


def _lire_verdicts(chemin: Path) -> dict[CleScenario, Mapping[str, Any]]:
    try:
        lu = json.loads(chemin.read_text(encoding="utf-8"))
        return {CleScenario(brut["rem"], brut["exigence"], brut["scenario"]): brut for brut in lu["scenarios"]}
    except (OSError, ValueError, KeyError, TypeError) as erreur:
        raise ErreurCampagne(f"{chemin} : illisible ({erreur})") from erreur


def _premier(juste: Any, ecrit: Any) -> tuple[str, str]:
    """Ce qui diffère d'abord, assez court pour se lire."""
    if isinstance(juste, list) and isinstance(ecrit, list) and len(juste) == len(ecrit):
        juste, ecrit = next((un, autre) for un, autre in zip(juste, ecrit, strict=True) if un != autre)
    if isinstance(juste, dict) and isinstance(ecrit, dict):
        cles = [cle for cle in {**juste, **ecrit} if juste.get(cle) != ecrit.get(cle)]
        juste, ecrit = ({cle: valeur.get(cle) for cle in cles} for valeur in (juste, ecrit))
    return _court(juste), _court(ecrit)


def _court(valeur: Any) -> str:
    texte = valeur if isinstance(valeur, str) else json.dumps(valeur, ensure_ascii=False)
    return texte if len(texte) <= 300 else f"{texte[:300]}…"


def _nom(cle: CleScenario) -> str:
    return f"scénario {cle.scenario}"
