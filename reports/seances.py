"""Les séances d'une campagne de plusieurs jours, et ce qu'un lecteur doit en savoir."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.campagne import Campagne
from reports.texte import affichable, date_lisible, pluriel
from reports.versions import phrase_versions_melees
from simulators.socle.journal import JournalEchanges

CLE_PERDUE = (
    "La clé d'expurgation n'a jamais quitté la mémoire de sa séance : un même secret porte une empreinte différente "
    "d'une séance à l'autre. Les verdicts n'en dépendent pas, chaque scénario étant joué d'un bout à l'autre dans une "
    "seule séance."
)


def seances_de(journal: JournalEchanges) -> list[dict[str, Any]]:
    """Chaque séance : début, fin (None si elle a été coupée), version du logiciel, banc."""
    seances: list[dict[str, Any]] = []
    for enregistrement in journal.enregistrements(type="campagne"):
        donnees, instant = enregistrement.donnees, enregistrement.horodatage.isoformat()
        if donnees.get("etat") in ("debut", "reprise"):
            logiciel = donnees.get("logiciel")
            version = logiciel.get("version", "") if isinstance(logiciel, Mapping) else ""
            seances.append(
                {"debut": instant, "fin": None, "logiciel": version, "banc": donnees.get("produit_banc", "")}
            )
        elif seances and donnees.get("etat") in ("fin", "interrompue"):
            seances[-1]["fin"] = instant
    return seances


def incidents_d_horloge(journal: JournalEchanges) -> list[str]:
    """Ce que le journal a noté d'une horloge déplacée."""
    return [
        str(enregistrement.donnees["message"])
        for enregistrement in journal.enregistrements(type="incident")
        if enregistrement.donnees.get("nature") == "horloge"
    ]


def avertissements(campagne: Campagne) -> list[str]:
    """Ce qu'un lecteur doit savoir de cette campagne avant de lire ses verdicts."""
    lignes = []
    seances = campagne.autres.get("seances")
    if isinstance(seances, list) and len(seances) > 1:
        jours = sorted({date_lisible(seance["debut"]) for seance in seances}, key=str)
        coupees = sum(not seance.get("fin") for seance in seances[:-1])
        suite = f", dont {pluriel(coupees, 'coupée', 'coupées')} sans prévenir" if coupees else ""
        lignes.append(f"Campagne menée en {pluriel(len(seances), 'séance')}{suite} ({', '.join(jours)}). {CLE_PERDUE}")
    if melees := phrase_versions_melees(campagne.resultats):
        lignes.append(melees)
    incidents = campagne.autres.get("incidents_horloge")
    lignes += [str(incident) for incident in incidents] if isinstance(incidents, list) else []
    perimees = [r.scenario for r in campagne.resultats if r.declaration and r.declaration.get("perimee")]
    if perimees:
        lignes.append(
            f"{pluriel(len(perimees), 'déclaration périmée', 'déclarations périmées')} par une exécution plus récente, "
            f"à refaire ; les pièces restent : {', '.join(perimees)}."
        )
    return [affichable(ligne) for ligne in lignes]
