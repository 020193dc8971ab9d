"""Échanges avec l'annuaire, tels que vus sur le fil : appels à l'API, extractions."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from simulators.annuaire.extraction_lignes import COLONNES, DIPLOMES, PERSONNE_ACTIVITE, SAVOIR_FAIRE
from simulators.socle.echange import VIDE, CorpsMemoire, Echange, Reponse, Requete
from steps.verifications.annuaire.contexte import PersonnePubliee

INSTANT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CLE = ("ESANTE-API-KEY", "empreinte:1234")
ZOE = PersonnePubliee(
    "99900001015", "LEFÈVRE-O'NEIL", "Zoé", ("10", "Médecin"), ("SM04", "Cardiologie et maladies vasculaires (SM)"),
    ("zoe.2@cabinet.formation.mssante.fr", "zoe.1@cabinet.formation.mssante.fr"),
)  # fmt: skip
NOE = PersonnePubliee("99900001023", "D'ÉTÉ", "Noé", ("60", "Infirmier"), ("", ""))


def echange(
    cible: str,
    *,
    numero: int = 1,
    methode: str = "GET",
    instant: float = 0.0,
    duree: float = 0.01,
    statut: int | None = 200,
    reponse: bytes | dict[str, Any] = b"",
    entetes: Sequence[tuple[str, str]] = (CLE,),
    corps: bytes = b"",
    operation: str | None = None,
    retry_after: str | None = None,
    panne: str | None = None,
    edition: str = "1",
) -> Echange:
    """Un échange ; `cible` sans `/` : après la base de l'API. `instant` : secondes après `INSTANT`."""
    entier = cible if cible.startswith("/") else f"/fhir/v2/{cible}"
    octets = reponse if isinstance(reponse, bytes) else json.dumps(reponse).encode()
    rendus = (("Retry-After", retry_after),) if retry_after is not None else ()
    debut = INSTANT + timedelta(seconds=instant)
    nom = entier.split("?")[0].removeprefix("/fhir/v2/").split("/")[0]
    return Echange(
        numero=numero,
        service="annuaire",
        operation=f"fhir:{nom}" if operation is None else operation,
        debut=debut,
        fin=debut + timedelta(seconds=duree),
        requete=Requete(methode, entier, tuple(entetes), CorpsMemoire(corps) if corps else VIDE),
        reponse=None if statut is None else Reponse(statut, rendus, CorpsMemoire(octets)),
        panne=panne,
        notes={"edition": edition},
    )


def bundle(*ressources: dict[str, Any], suivante: str | None = None) -> dict[str, Any]:
    """Un Bundle de résultats."""
    liens = [{"relation": "next", "url": suivante}] if suivante else []
    return {"resourceType": "Bundle", "link": liens, "entry": [{"resource": r} for r in ressources]}


def archive(*lignes: dict[str, str]) -> bytes:
    """Une archive PS_LibreAcces qui porte ces lignes d'activité."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as ecrite:
        for membre in (PERSONNE_ACTIVITE, SAVOIR_FAIRE, DIPLOMES):
            textes = ["|".join(COLONNES[membre])]
            for ligne in lignes:
                textes.append("|".join(ligne.get(nom, "") for nom in COLONNES[membre]))
            ecrite.writestr(f"{membre}_202611220900.txt", "\n".join(textes) + "\n")
    return sortie.getvalue()


def ligne(personne: PersonnePubliee) -> dict[str, str]:
    """La ligne d'activité d'une personne."""
    return {
        "Identifiant PP": personne.rpps,
        "Nom d'exercice": personne.nom,
        "Prénom d'exercice": personne.prenom,
        "Code profession": personne.profession[0],
        "Libellé profession": personne.profession[1],
        "Code savoir-faire": personne.specialite[0],
        "Libellé savoir-faire": personne.specialite[1],
    }


def telechargement(octets: bytes, *, numero: int = 1, instant: float = 0.0, statut: int = 200) -> Echange:
    """L'extraction reçue."""
    cible = "/annuaire-sante-webservices/V300/services/extraction/PS_LibreAcces"
    return echange(
        cible, numero=numero, instant=instant, statut=statut, reponse=octets, operation="extraction:PS_LibreAcces"
    )


def resultat(personne: PersonnePubliee, **champs: Any) -> dict[str, Any]:
    """Un résultat de recherche juste ; `champs` en change."""
    juste = {
        "rpps": personne.rpps,
        "nom": personne.nom,
        "prenom": personne.prenom,
        "profession": personne.profession[1],
        "specialite": personne.specialite[1],
        "adresses_mss": list(personne.adresses),
    }
    return {cle: valeur for cle, valeur in {**juste, **champs}.items() if valeur is not ...}
