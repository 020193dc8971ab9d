"""Règles sur un document du DMP déjà présent au dossier : signalé, montré, gardé une fois."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.dossier_documents import empreinte
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_DOUBLON_DIT = Regle(
    "DOC-DOUBLON-01",
    "L'utilisateur apprend qu'un document du DMP est déjà au dossier du patient",
    REM_BIO.format("CDA/DD.04"),
    Confiance.OFFICIELLE,
    "Comparez l'identifiant du document du DMP à ceux du dossier avant de l'afficher, et dites-le s'il y est.",
)
R_DOUBLON_LOCAL = Regle(
    "DOC-DOUBLON-02",
    "C'est alors le document du dossier qui s'affiche",
    REM_BIO.format("CDA/DD.04"),
    Confiance.OFFICIELLE,
    "Affichez l'exemplaire du dossier du patient, pas celui du DMP.",
)
R_DOUBLON_UNIQUE = Regle(
    "DOC-DOUBLON-03",
    "Un document déjà au dossier n'y est pas intégré une seconde fois",
    "REM BIO, scénario CDA/DD.04.01 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Refusez l'intégration d'un document dont l'identifiant est déjà au dossier.",
)


# -------------------------------------------------------------------- doublons
@verification(R_DOUBLON_DIT, R_DOUBLON_LOCAL)
def doublon_signale(
    donnees: Mapping[str, Any], messages: Sequence[str], *, local: bytes, distant: bytes, document_id: str, quoi: str
) -> list[Constat]:
    """Le document du DMP ouvert est au dossier sous `document_id` : le logiciel le dit et montre celui-là.

    `local` et `distant` diffèrent d'octets (même identifiant) pour que l'on sache lequel est affiché.
    """
    vu = str(donnees.get("contenu_sha256") or "").lower()
    dit = donnees.get("deja_integre") is True and any(m.strip() for m in messages)
    affiche = str(donnees.get("document_id") or "") == document_id
    return [
        juger(
            R_DOUBLON_DIT,
            dit,
            f"Rien ne dit à l'utilisateur que {quoi} est déjà au dossier.",
            attendu="message à l'utilisateur, deja_integre vrai",
            recu=" / ".join(messages) or "aucun message",
            ou="ouverture du document du DMP",
        ),
        juger(
            R_DOUBLON_LOCAL,
            vu == empreinte(local) or (affiche and vu != empreinte(distant)),
            f"L'exemplaire affiché de {quoi} n'est pas celui du dossier.",
            attendu=f"document {document_id} du dossier, SHA-256 {empreinte(local)}",
            recu=("exemplaire du DMP, " if vu == empreinte(distant) else "") + (f"SHA-256 {vu}" if vu else "rien"),
            ou="ouverture du document du DMP",
        ),
    ]


@verification(R_DOUBLON_DIT)
def absence_de_doublon(donnees: Mapping[str, Any], distant: bytes, quoi: str) -> Constat:
    """Contrôle : un document qui n'est pas au dossier s'ouvre depuis le DMP, sans être dit déjà intégré."""
    vu = str(donnees.get("contenu_sha256") or "").lower()
    return juger(
        R_DOUBLON_DIT,
        donnees.get("deja_integre") is not True and vu == empreinte(distant),
        f"{quoi} n'est pas au dossier, et le logiciel fait comme s'il y était.",
        attendu=f"document du DMP affiché, SHA-256 {empreinte(distant)}",
        recu=f"deja_integre {donnees.get('deja_integre')!r}, SHA-256 {vu or 'absent'}",
        ou="ouverture du document du DMP",
    )


@verification(R_DOUBLON_UNIQUE)
def integre_une_fois(avant: Sequence[str], apres: Sequence[str], recu: str, quoi: str) -> Constat:
    """Documents du dossier avant et après une seconde intégration demandée."""
    neufs = [cle for cle in apres if cle not in avant]
    return juger(
        R_DOUBLON_UNIQUE,
        not neufs,
        f"{quoi} est intégré une seconde fois au dossier.",
        attendu=f"{len(avant)} document(s), comme avant",
        recu=f"{len(apres)} document(s), dont {', '.join(neufs)} ; {recu}" if neufs else f"{len(apres)} document(s)",
        ou="dossier du patient",
    )
