"""Le journal d'un côté, `verdicts.json` et `campagne.json` de l'autre : disent-ils la même chose ?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reports.campagne import Campagne
from reports.resultat import CleScenario, ResultatScenario
from reports.sceau.anomalie import Anomalie, Domaine
from reports.sceau.contenu import ENTETE, VERDICTS
from reports.verdict import Verdict, cumuler

_ENTETE = ("couloir", "rem", "vagues", "profils", "profils_demandes", "exigences_demandees", "volume_reduit")
_ENTETE_COMPAREE = (*_ENTETE, "logiciel", "demonstration", "catalogue", "produit_banc")
_REFAIRE = "ne pas se fier à ce dossier ; en demander un autre à l'éditeur"


def comparer_verdicts(campagne: Campagne, brut: Any) -> Iterator[Anomalie]:
    """`verdicts.json` contre les verdicts du journal, champ par champ, dans les deux sens."""
    try:
        ecrits = [ResultatScenario.depuis_dict(lu) for lu in brut["scenarios"]]
    except (KeyError, TypeError, ValueError, AttributeError) as erreur:
        yield _ecart(VERDICTS, f"valeur absente ou inattendue ({erreur})")
        return
    vus: dict[CleScenario, ResultatScenario] = {}
    for ecrit in ecrits:
        if ecrit.cle in vus:
            yield _ecart(VERDICTS, "ce scénario y est deux fois", ecrit)
        vus[ecrit.cle] = ecrit
    attendus = {resultat.cle: resultat for resultat in campagne.resultats}
    for cle, resultat in attendus.items():
        if (lu := vus.get(cle)) is None:
            yield _ecart(VERDICTS, "ce scénario, jugé au journal, n'y est pas", resultat)
        elif lu != resultat:
            yield from _differences(resultat, lu)
    for cle, ecrit in vus.items():
        # Un scénario jamais joué n'a pas d'enregistrement : il est ajouté d'après le catalogue.
        if cle not in attendus and _juge(ecrit):
            yield _ecart(VERDICTS, "ce scénario y est jugé, sans aucun verdict au journal", ecrit, recu=ecrit.verdict)


def completer_d_apres(campagne: Campagne, brut: Any) -> Campagne:
    """Ajoute les scénarios jamais joués : sans le catalogue d'origine, seul `verdicts.json` les connaît."""
    joues = {resultat.cle for resultat in campagne.resultats}
    ecrits = [ResultatScenario.depuis_dict(lu) for lu in brut["scenarios"]]
    rangs = {ecrit.cle: rang for rang, ecrit in enumerate(ecrits)}
    ajoutes = [ecrit for ecrit in ecrits if ecrit.cle not in joues and not _juge(ecrit)]
    tous = sorted((*campagne.resultats, *ajoutes), key=lambda resultat: rangs.get(resultat.cle, len(rangs)))
    return replace(campagne, resultats=tuple(tous))


def _juge(resultat: ResultatScenario) -> bool:
    """Quelque chose a été établi : seul un enregistrement du journal peut le dire."""
    return bool(
        resultat.verdict not in (Verdict.NON_EXECUTE, Verdict.NON_APPLICABLE) or resultat.constats or resultat.moyen
    )


def _differences(attendu: ResultatScenario, lu: ResultatScenario) -> Iterator[Anomalie]:
    """Le verdict d'abord ; les autres champs ensuite, en une ligne chacun."""
    voulus, trouves = attendu.en_dict(), lu.en_dict()
    for champ in ("verdict", *(champ for champ in voulus if champ != "verdict")):
        if voulus[champ] != trouves[champ]:
            yield _ecart(
                VERDICTS,
                f"« {champ} » n'est pas celui du journal",
                attendu,
                attendu=_court(voulus[champ]),
                recu=_court(trouves[champ]),
            )


def _court(valeur: Any) -> str:
    texte = str(valeur)
    return texte if len(texte) <= 300 else f"{texte[:299]}…"


def comparer_entete(entete: Mapping[str, Any], journal: Sequence[Mapping[str, Any]]) -> Iterator[Anomalie]:
    """`campagne.json` contre le dernier en-tête de campagne écrit au journal. `journal` : ces enregistrements."""
    ecrits = [donnees for donnees in journal if "couloir" in donnees]
    if not ecrits:
        yield _ecart(ENTETE, "le journal ne porte aucun en-tête de campagne")
        return
    for champ in _ENTETE_COMPAREE:
        if champ in ecrits[-1] and entete.get(champ) != ecrits[-1][champ]:
            yield _ecart(
                ENTETE,
                f"« {champ} » n'est pas celui du journal",
                attendu=_court(ecrits[-1][champ]),
                recu=_court(entete.get(champ)),
            )
    if any(donnees.get("demonstration") for donnees in ecrits) and not entete.get("demonstration"):
        yield _ecart(ENTETE, "le journal a été écrit par une démonstration, l'en-tête ne le dit pas")


def expliquer_verdicts(campagne: Campagne) -> Iterator[Anomalie]:
    """Chaque verdict de la machine est le cumul de ses constats : un verdict adouci se voit à ce qui le contredit."""
    for resultat in campagne.resultats:
        if not resultat.constats or resultat.declaration:
            continue
        cumul = cumuler(constat.verdict for constat in resultat.constats)
        if cumul is not resultat.verdict:
            yield _ecart(
                "journal.jsonl.xz",
                "le verdict n'est pas celui que ses constats donnent",
                resultat,
                attendu=cumul.libelle,
                recu=resultat.verdict.libelle,
            )


def _ecart(
    membre: str, message: str, resultat: ResultatScenario | None = None, attendu: str = "", recu: str = ""
) -> Anomalie:
    scenario = resultat.scenario if resultat is not None else ""
    return Anomalie(
        Domaine.ACCORD,
        f"{membre} : {message}",
        membre=membre,
        scenario=scenario,
        attendu=attendu,
        recu=recu,
        a_faire=_REFAIRE,
    )
