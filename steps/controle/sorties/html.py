"""Le rapport HTML d'un contrôle : une page seule, en français, lisible sans script, sans adresse extérieure."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from reports.fichiers import ecrire_atomique
from reports.page import ouvrir_gabarits
from reports.texte import abreger, date_lisible, duree_lisible, pluriel, taille_lisible
from reports.verdict import Verdict
from steps.controle.groupes import grouper, lieu
from steps.controle.jugement import Reglages
from steps.controle.modele import Gravite
from steps.controle.resultat import ORDRE_GRAVITES, Resultat
from steps.controle.sorties.texte import (
    CONFIANCES,
    GRAVITES,
    ORDRE,
    SIGNES,
    VERDICT_DE_GRAVITE,
    libelle_type,
    nom_lisible,
)
from steps.controle.version import empreinte_du_banc, version_du_banc

_ICI = Path(__file__).parent
_STYLE = Path(__file__).resolve().parents[3] / "reports" / "gabarits"
_ENDROITS_MAX = 50
_LEXIQUE = (
    (Verdict.NON_CONFORME, "Un manquement est prouvé : attendu, reçu, où, selon quelle source."),
    (Verdict.NON_CONCLUANT, "Le banc n'a pas pu juger : type inconnu, fichier illisible, limite ou incident du banc."),
    (Verdict.A_VERIFIER, "Une personne doit regarder, ou la source de la règle n'a pas été lue dans l'original."),
    (Verdict.CONFORME, "Tout ce que le périmètre joué demande a été vérifié ; le périmètre non joué ne l'est pas."),
)


def ecrire_html(
    chemin: Path, resultats: Sequence[Resultat], reglages: Reglages, secondes: float, interrompu: bool
) -> Path:
    """Écrit la page ; `secondes` : durée de la commande."""
    page = rendre_html(resultats, reglages, secondes, interrompu, datetime.now().astimezone())
    return ecrire_atomique(chemin, page.encode("utf-8", "replace"))


def rendre_html(
    resultats: Sequence[Resultat], reglages: Reglages, secondes: float, interrompu: bool, instant: datetime
) -> str:
    """Le texte de la page."""
    script = (_ICI / "filtre.js").read_text(encoding="utf-8")
    return (
        _environnement()
        .get_template("controle.html.j2")
        .render(
            resultats=list(enumerate(resultats, 1)),
            comptes=[(verdict, sum(r.verdict == verdict for r in resultats)) for verdict in ORDRE],
            types=sorted(Counter(r.type for r in resultats).items()),
            regles=_regles(resultats),
            perimetres=_perimetres(resultats),
            identite=_identite(reglages, secondes, instant),
            interrompu=interrompu,
            secondes=secondes,
            lexique=_LEXIQUE,
            script=Markup(script),
            empreinte_script=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _environnement() -> Environment:
    environnement = ouvrir_gabarits(_ICI, _STYLE)
    environnement.globals.update(
        abreger=abreger,
        confiances=CONFIANCES,
        duree_lisible=duree_lisible,
        endroits_max=_ENDROITS_MAX,
        gravites=GRAVITES,
        grouper=grouper,
        libelle_type=libelle_type,
        lieu=lieu,
        nom_lisible=nom_lisible,
        pluriel=pluriel,
        respectee=Gravite.RESPECTEE.value,
        signes=SIGNES,
        taille_lisible=taille_lisible,
        verdict=Verdict,
        verdict_de=VERDICT_DE_GRAVITE,
    )
    return environnement


def _regles(resultats: Sequence[Resultat]) -> list[dict[str, Any]]:
    """Par règle qui a parlé : gravité, nombre de fichiers et d'endroits, un message."""
    trouvees: dict[tuple[str, str], dict[str, Any]] = {}
    for rang, resultat in enumerate(resultats, 1):
        for groupe in grouper(resultat):
            if groupe.gravite == Gravite.RESPECTEE:
                continue
            ligne = trouvees.setdefault(
                (groupe.gravite, groupe.code),
                {"groupe": groupe, "fichiers": [], "endroits": 0},
            )
            ligne["fichiers"].append(rang)
            ligne["endroits"] += len(groupe.constats)
    ordre = [gravite.value for gravite in ORDRE_GRAVITES]
    return sorted(trouvees.values(), key=lambda r: (ordre.index(r["groupe"].gravite), -len(r["fichiers"])))


def _perimetres(resultats: Sequence[Resultat]) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Par type : nombre de documents, et chaque phrase de périmètre avec son nombre de documents."""
    phrases: dict[str, Counter[str]] = {}
    totaux: Counter[str] = Counter()
    for resultat in resultats:
        for document in ({"type": resultat.type, "perimetre": resultat.perimetre}, *resultat.inclus):
            if document["perimetre"]:
                totaux[document["type"]] += 1
                phrases.setdefault(document["type"], Counter()).update(dict.fromkeys(document["perimetre"], 1))
    return [(type_fichier, totaux[type_fichier], list(compte.items())) for type_fichier, compte in phrases.items()]


def _identite(reglages: Reglages, secondes: float, instant: datetime) -> list[tuple[str, str]]:
    contexte = reglages.contexte
    return [
        ("Date", date_lisible(instant.isoformat())),
        ("Durée", duree_lisible(secondes)),
        ("Banc", f"banc-sons {version_du_banc()}, empreinte {empreinte_du_banc()}"),
        ("Kit CI-SIS", str(contexte.kit_ci_sis) if contexte.kit_ci_sis else "aucun : contrôles du banc seuls"),
        ("Volet demandé", contexte.volet),
        ("Moteur des schematrons", contexte.moteur if contexte.kit_ci_sis else ""),
        ("Autorités de confiance", pluriel(len(contexte.ancres), "certificat") if contexte.ancres else ""),
        ("Jugé à l'instant", date_lisible(contexte.a_l_instant.isoformat()) if contexte.a_l_instant else ""),
    ]
