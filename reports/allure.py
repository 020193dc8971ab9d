"""Ce qu'un scénario laisse dans Allure : étiquettes, étapes au mot-clé français, échanges joints, statut."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import allure
import allure_commons
import pytest

from reports.campagne import Campagne
from reports.extraits import resume_echange, texte_reponse, texte_requete
from reports.fichiers import ecrire_atomique, ecrire_json
from reports.options import MENTION_DEMONSTRATION
from reports.texte import affichable
from reports.verdict import Verdict
from requirements.modele import Criticite, Exigence, ScenarioConformite
from simulators.socle.echange import Echange

DOSSIER = "allure-results"

_GRAVITES = {
    Criticite.CRITIQUE: "blocker",
    Criticite.MAJEURE: "critical",
    Criticite.MINEURE: "minor",
    Criticite.NON_DEFINIE: "normal",
}

STATUTS = {
    Verdict.CONFORME: "passed",
    Verdict.NON_CONFORME: "failed",
    Verdict.NON_CONCLUANT: "broken",
    Verdict.A_VERIFIER: "skipped",
    Verdict.NON_EXECUTE: "skipped",
    Verdict.NON_APPLICABLE: "skipped",
}
"""Le statut Allure de chaque verdict ; Allure n'en a que quatre, la catégorie distingue les trois derniers."""

# Une catégorie se reconnaît au début du message, que le banc écrit toujours « <verdict> : <raison> ».
_CATEGORIES = (
    ("Non conformes : manquements du logiciel", Verdict.NON_CONFORME),
    ("Non concluants : banc, environnement ou configuration", Verdict.NON_CONCLUANT),
    ("À vérifier par une personne", Verdict.A_VERIFIER),
    ("Non exécutés", Verdict.NON_EXECUTE),
    ("Non applicables : profil non revendiqué", Verdict.NON_APPLICABLE),
)


def message_de_verdict(verdict: Verdict, raison: str) -> str:
    """Le message d'un scénario dans Allure : « <verdict> : <raison> » ; les catégories s'y fient."""
    return f"{verdict.libelle} : {raison}" if raison else verdict.libelle


def etiquettes(
    couloir: str, exigence: Exigence, scenario: ScenarioConformite, *, demonstration: bool = False
) -> list[tuple[str, str]]:
    """Les étiquettes d'un scénario : celles d'Allure pour le classement, puis les nôtres."""
    section = exigence.id_section
    if exigence.section and exigence.section != section:
        section = f"{section} · {exigence.section}"
    return [
        ("parentSuite", f"{couloir}, vague {exigence.vague}"),
        ("suite", section),
        ("subSuite", exigence.id),
        ("epic", couloir),
        ("feature", section),
        ("story", exigence.id),
        ("severity", _GRAVITES[exigence.criticite]),
        ("couloir", couloir),
        ("rem", exigence.rem),
        ("vague", str(exigence.vague)),
        ("section", exigence.id_section),
        ("exigence", exigence.id),
        ("scenario", scenario.id),
        *(("preuve", preuve.id) for preuve in scenario.preuves if preuve.id),
        *([("tag", MENTION_DEMONSTRATION)] if demonstration else []),
    ]


def titre(scenario: ScenarioConformite) -> str:
    """Le nom d'un scénario dans Allure : son numéro puis son titre."""
    return f"{scenario.id} {affichable(scenario.titre)}"


def etiqueter(couples: Iterable[tuple[str, str]], nom: str) -> None:
    """Pose titre et étiquettes sur le test Allure en cours ; sans effet hors d'un test suivi par Allure."""
    crochets = allure_commons.plugin_manager.hook
    crochets.add_title(test_title=affichable(nom))
    for cle, valeur in couples:
        crochets.add_label(label_type=cle, labels=(affichable(valeur),))


def commencer_etape(mot: str, texte: str) -> str:
    """Ouvre une étape Allure nommée comme dans la feature ; rend l'identifiant à donner à `finir_etape`."""
    identifiant = str(uuid.uuid4())
    allure_commons.plugin_manager.hook.start_step(
        uuid=identifiant, title=affichable(f"{mot.strip()} {texte.strip()}"), params={}
    )
    return identifiant


def finir_etape(identifiant: str, erreur: BaseException | None = None) -> None:
    """Ferme une étape : réussie sans erreur, échouée ou interrompue selon l'erreur."""
    genre: type[BaseException] | None = type(erreur) if erreur is not None else None
    trace: TracebackType | None = erreur.__traceback__ if erreur is not None else None
    allure_commons.plugin_manager.hook.stop_step(uuid=identifiant, exc_type=genre, exc_val=erreur, exc_tb=trace)


def etape_non_jouee(mot: str, texte: str) -> None:
    """Montre une étape que l'échec d'une précédente a empêchée."""
    finir_etape(commencer_etape(mot, texte), pytest.skip.Exception("étape non jouée"))


def joindre_echange(echange: Echange) -> None:
    """Joint un échange à l'étape en cours : requête et réponse en texte, corps mis en forme et coupés."""
    if not allure_commons.plugin_manager.get_plugins():
        return  # personne n'écrit : mettre en forme pour rien coûterait cher
    allure.attach(texte_echange(echange), name=resume_echange(echange), attachment_type=allure.attachment_type.TEXT)


def texte_echange(echange: Echange) -> str:
    """Un échange entier en texte : contexte TLS, requête, réponse."""
    tls = f"{echange.tls.version}, {echange.tls.suite}" if echange.tls else "sans TLS"
    notes = "".join(f"\n{cle} : {valeur}" for cle, valeur in echange.notes.items())
    return affichable(
        f"{resume_echange(echange)}\n{echange.debut.isoformat()} · {tls}{notes}\n\n"
        f"--- requête ---\n{texte_requete(echange.requete)}\n\n--- réponse ---\n{texte_reponse(echange.reponse)}\n"
    )


def ecrire_accompagnement(dossier_allure: Path, campagne: Campagne) -> list[Path]:
    """Écrit `categories.json`, `environment.properties` et `executor.json` dans `allure-results/`."""
    environnement = {
        "Couloir": campagne.couloir,
        "REM": campagne.rem,
        "Vagues": ", ".join(str(vague) for vague in campagne.vagues),
        "Profils": ", ".join(campagne.profils),
        "Logiciel": campagne.logiciel.designation,
        "NIL": campagne.logiciel.nil,
        "Banc": campagne.produit_banc,
        "Catalogue": str(campagne.catalogue.get("empreinte", "")),
        "Usage": MENTION_DEMONSTRATION if campagne.demonstration else "",
    }
    suffixe = f" ({MENTION_DEMONSTRATION})" if campagne.demonstration else ""
    return [
        ecrire_json(
            dossier_allure / "categories.json",
            [
                {
                    "name": nom,
                    "matchedStatuses": [STATUTS[verdict]],
                    "messageRegex": rf"^(?:[\w.]+: )?{verdict.libelle}(?:\W[\s\S]*)?$",
                }
                for nom, verdict in _CATEGORIES
            ],
        ),
        ecrire_atomique(dossier_allure / "environment.properties", _proprietes(environnement)),
        ecrire_json(
            dossier_allure / "executor.json",
            {
                "name": campagne.produit_banc,
                "type": "banc-sons",
                "buildName": f"REM {campagne.rem}, {campagne.logiciel.designation}{suffixe}",
                "reportName": f"Conformité au REM {campagne.rem}{suffixe}",
            },
        ),
    ]


def _proprietes(valeurs: Mapping[str, str]) -> bytes:
    """Un fichier .properties : une ligne par valeur non vide, rien qui puisse en ouvrir une autre."""
    lignes: Sequence[str] = [
        f"{cle}={' '.join(affichable(valeur).replace(chr(92), '/').split())}"
        for cle, valeur in valeurs.items()
        if valeur
    ]
    return ("\n".join(lignes) + "\n").encode("utf-8", "replace")
