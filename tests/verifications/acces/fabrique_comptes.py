"""De quoi composer les exemples des comptes et des sessions : comptes, extractions, traces, appels à l'annuaire."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.constat import Constat
from steps.verifications.acces import masse, mots_de_passe, rpps, synchronisation, traces
from steps.verifications.acces.masse import Extraction
from steps.verifications.acces.mots_de_passe import Tentative
from steps.verifications.acces.traces import Operation
from tests.verifications.annuaire.fabrique import echange

Fabrique = Callable[[], list[Constat]]

ZOE = {
    "identifiant": "zoe.c", "nom": "CHÂTEAU-D'ORGE", "prenom": "Zoé", "courriel": "zoe@personnes.test",
    "permissions": ["consultation", "impression"], "profession": "10",
}  # fmt: skip
NOE = {
    "identifiant": "noe.n", "nom": "N'GUYEN", "prenom": "Noé", "courriel": "noe@personnes.test",
    "permissions": ["consultation"], "profession": "21",
}  # fmt: skip
RPPS = "99900001015"
DEBUT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIN = DEBUT + timedelta(seconds=2)


def compte(base: Mapping[str, Any] = ZOE, **champs: Any) -> dict[str, Any]:
    return {**base, **champs}


# ------------------------------------------------------------------ synchronisation
SOURCE = {"nom": "PÂRIS", "prenom": "Zoé"}


def d_identite(montre: Mapping[str, Any] | None, avant: Mapping[str, Any] = ZOE) -> list[Constat]:
    return [synchronisation.identite_synchronisee(montre, avant, SOURCE, "compte de Zoé")]


def permissions(vues: list[str], avant: Mapping[str, Any] = ZOE) -> list[Constat]:
    voulues = ["consultation", "biologie"]
    return [synchronisation.permissions_synchronisees(compte(permissions=vues), avant, voulues, "compte de Zoé")]


def toujours(montre: Mapping[str, Any] | None) -> list[Constat]:
    return synchronisation.toujours_synchronise(montre, {"nom": ZOE["nom"]}, ZOE["permissions"], "compte de Zoé")


# ------------------------------------------------------------------ mise à jour en masse
def csv(*comptes: Mapping[str, Any]) -> bytes:
    lignes = ["identifiant;nom;prenom;courriel;permissions"]
    for c in comptes:
        lignes.append(f"{c['identifiant']};{c['nom']};{c['prenom']};{c['courriel']};{'|'.join(c['permissions'])}")
    return "\r\n".join(lignes).encode("utf-8-sig")


def extraction(*comptes: Mapping[str, Any], fichier: bytes | None = None) -> Extraction:
    return Extraction.depuis(comptes, csv(*comptes) if fichier is None else fichier)


def du_fichier(octets: bytes) -> list[Constat]:
    return [masse.fichier_fidele(extraction(ZOE, NOE, fichier=octets), [ZOE, NOE])]


def de_permission(avant: list[str], apres: list[str], permission: str, *, ajout: bool) -> list[Constat]:
    premiere, seconde = extraction(compte(permissions=avant)), extraction(compte(permissions=apres))
    return [masse.permission_changee(premiere, seconde, "zoe.c", permission, ajout=ajout)]


def ldif(*comptes: Mapping[str, Any]) -> bytes:
    blocs = []
    for c in comptes:
        nom = base64.b64encode(str(c["nom"]).encode()).decode()
        permissions = "\n".join(f"memberOf: {p}" for p in c["permissions"])
        blocs.append(
            f"dn: uid={c['identifiant']}\nuid: {c['identifiant']}\nsn:: {nom}\ngivenName:: "
            f"{base64.b64encode(str(c['prenom']).encode()).decode()}\nmail: {c['courriel']}\n{permissions}\n"
        )
    return ("version: 1\n\n" + "\n".join(blocs)).encode()


# ------------------------------------------------------------------ traces
def operation(nature: str = "connexion", *, reussie: bool = True, auteur: str = "zoe.c", **suite: Any) -> Operation:
    noms = frozenset({"zoe.c", "C000042"})
    auteurs = noms if auteur == "zoe.c" else frozenset({auteur})
    return Operation(nature, reussie, noms, auteurs, DEBUT, FIN, **suite)


def trace(
    nature: str = "connexion", resultat: str = "succes", utilisateur: str = "zoe.c", heure: datetime = DEBUT,
    compte_vise: str = "zoe.c", **detail: Any,
) -> dict[str, Any]:  # fmt: skip
    return {
        "horodatage": heure.isoformat(), "utilisateur": utilisateur, "action": nature,
        "detail": {"operation": nature, "resultat": resultat, "compte": compte_vise, **detail},
    }  # fmt: skip


NOM = operation("modification_attributs", auteur="administrateur", attributs=frozenset({"nom"}))
DROITS = operation(
    "modification_permissions", auteur="super_utilisateur", ajoutees=frozenset({"biologie"}),
    retirees=frozenset({"export"}),
)  # fmt: skip


def tracees(vues: list[dict[str, Any]], *operations: Operation) -> list[Constat]:
    return traces.operations_tracees(vues, operations)


# ------------------------------------------------------------------ mots de passe
def du_critere(critere: str, *, accepte: bool) -> list[Constat]:
    return [mots_de_passe.critere_exige(critere, accepte, f"sans {critere}", "refuse : trop faible", controle=True)]


def tentatives(*vues: Tentative) -> list[Constat]:
    return [mots_de_passe.tentatives_limitees(vues, controle=True)]


MANQUEE = Tentative(False, dit="refuse")


# ------------------------------------------------------------------ RPPS
def appel(cible: str, **champs: Any) -> Any:
    return echange(cible, **champs)


RECHERCHE = "Practitioner?family=CH%C3%82TEAU-D%27ORGE-BAKO&given=Zo%C3%A9"


def reprises(*periodes: list[Any]) -> list[Constat]:
    return [rpps.recherche_reprise([rpps.concernant(vus, nom="CHÂTEAU-D'ORGE-BAKO") for vus in periodes], "Zoé")]
