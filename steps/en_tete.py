"""L'en-tête d'une campagne : ce que `campagne.json` et ses réponses enregistrées disent d'elle."""

from __future__ import annotations

import platform
import tomllib
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reports.ecarts import etat_de
from reports.fichiers import ecrire_json
from reports.seances import incidents_d_horloge, seances_de
from steps.logiciel.temoin import RACINE
from steps.reprise import demandes_d_avant

if TYPE_CHECKING:
    from steps.conduite import Conduite
    from steps.operateur.enregistrement_rejeu import Enregistrement


def en_tete(conduite: Conduite) -> dict[str, Any]:
    """Ce qui est joué, de quel logiciel, par quel banc, depuis quand."""
    logiciel, options, catalogue = conduite.logiciel, conduite.options, conduite.catalogue
    apropos, precedente = conduite.apropos, conduite.precedente
    return {
        "version": 1,
        "produit_banc": version_du_banc(),
        "couloir": options.couloir,
        "rem": catalogue.couloir.rem,
        "vagues": list(options.vagues or catalogue.couloir.vagues),
        "profils": list(logiciel.profils),
        "profils_demandes": list(options.profils),
        "exigences_demandees": list(options.exigences),
        "volume_reduit": options.volume_reduit,
        "navigateur": options.navigateur,
        "logiciel": {
            "nom": logiciel.nom,
            "version": logiciel.version,
            "editeur": logiciel.editeur,
            "nil": logiciel.nil,
            "type": catalogue.couloir.type_logiciel,
        },
        "pilotage": {
            "adaptateur": logiciel.adaptateur,
            "adaptateurs": {description.nom: description.type for description in logiciel.adaptateurs},
            "actions": dict(logiciel.actions),
            "defauts": list(logiciel.defauts),
            "pro_sante_connect": conduite.connexion.en_dict(),
            "declare": {"nom": apropos.nom, "version": apropos.version} if apropos else None,
        },
        "demonstration": logiciel.demonstration,
        "debut": precedente.debut if precedente else conduite.debut.isoformat(),
        "catalogue": {"empreinte": catalogue.empreinte, "date": catalogue.date.isoformat()},
        "systeme": {"python": platform.python_version(), "os": f"{platform.system()} {platform.release()}"},
        "retenus": _demandes(conduite),
        "ecarts": [
            ecart.en_dict(etat_de(ecart, conduite.resultats.values(), datetime.now(UTC).date()))
            for ecart in conduite.ecarts
        ],
        "rejeu": _rejeu(conduite.rejeu),
    }


def ecrire_en_tete(conduite: Conduite, fin: datetime | None, *, interrompue: bool) -> None:
    """Écrit `campagne.json` : l'en-tête, les séances, la tête du journal."""
    journal = conduite.journal
    contenu = {
        **en_tete(conduite),
        "fin": fin.isoformat() if fin else None,
        "interrompue": interrompue,
        "seances": seances_de(journal),
        "incidents_horloge": incidents_d_horloge(journal),
        "journal": {
            "derniere_empreinte": journal.derniere_empreinte(),
            "enregistrements": journal.position(),
        },
    }
    ecrire_json(conduite.dossier / "campagne.json", contenu)


def en_tete_de_seance(conduite: Conduite) -> dict[str, Any]:
    """L'en-tête des réponses que cette séance enregistre."""
    return {
        "graine": conduite.graine(),
        "debut": conduite.debut.isoformat(),
        "couloir": conduite.options.couloir,
        "logiciel": {"nom": conduite.logiciel.nom, "version": conduite.logiciel.version},
        "demonstration": conduite.logiciel.demonstration,
        "banc": version_du_banc(),
    }


def _rejeu(rejeu: Enregistrement | None) -> dict[str, str] | None:
    """L'enregistrement d'où viennent les réponses de personne ; None si une personne répond."""
    return {"fichier": rejeu.chemin.name, "sha256": rejeu.empreinte} if rejeu else None


def _demandes(conduite: Conduite) -> list[str]:
    """Tout ce que la campagne doit juger, dans l'ordre du catalogue : une reprise élargit, ne retire rien."""
    demandes = {*demandes_d_avant(conduite.precedente), *(retenu.numero for retenu in conduite.retenus)}
    return [s.id for exigence in conduite.catalogue.exigences for s in exigence.scenarios if s.id in demandes]


@lru_cache(maxsize=1)
def version_du_banc() -> str:
    """« banc-sons x.y.z », lu dans pyproject.toml : les paquets ne sont pas installés."""
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{projet['name']} {projet['version']}"
