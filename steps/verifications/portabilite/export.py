"""Règles sur l'export de l'historique : ce qu'il porte, ce qu'il laisse, jusqu'où il remonte."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.portabilite.lecture import (
    FORMATS,
    CompteRenduAttendu,
    ExportIllisible,
    attribue,
    lire_export,
    porteurs,
)
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence PORT/va1.01 (travaux de concertation 2023)"


def _regle(code: str, titre: str, a_faire: str) -> Regle:
    return Regle(f"PORT-{code}", titre, _EXIGENCE, Confiance.OFFICIELLE, a_faire)


LISIBLE = _regle(
    "EXP-01", "L'historique s'exporte en fichiers d'un format standard",
    "Exportez les comptes rendus en PDF, XML, CDA, FHIR ou un autre format standard, en archive ZIP ou fichier.",
)  # fmt: skip
COMPLET = _regle(
    "EXP-02", "L'export porte chaque compte rendu de la période, premier et dernier jour compris, avec son patient",
    "Exportez tous les comptes rendus dont la date est dans la période, bornes comprises, avec l'identité du patient.",
)  # fmt: skip
BORNE = _regle(
    "EXP-03", "L'export ne porte pas les comptes rendus hors de la période demandée",
    "Limitez l'export à la période que l'utilisateur demande.",
)  # fmt: skip
PROFONDEUR = _regle(
    "EXP-04", "L'export remonte jusqu'à vingt ans", "Permettez une période qui commence vingt ans avant aujourd'hui."
)


@verification(LISIBLE)
def export_lisible(octets: bytes, nom: str) -> Constat:
    """L'export est un fichier, ou une archive de fichiers, dont au moins un est d'un format standard."""
    try:
        fichiers = lire_export(octets, nom)
    except ExportIllisible as erreur:
        return LISIBLE.enfreinte(
            "L'export ne se lit pas.", attendu="une archive ZIP, ou un fichier d'un format standard", recu=str(erreur),
            ou=nom or "export",
        )  # fmt: skip
    formats = sorted({fichier.format for fichier in fichiers if fichier.format})
    if not formats and (autres := sorted({fichier.autre for fichier in fichiers if fichier.autre})):
        texte = "Le banc ne lit pas ce format : dites s'il est standard, et documenté."
        return LISIBLE.a_regarder(texte, recu=f"{len(fichiers)} fichier(s) : {', '.join(autres)}", ou=nom or "export")
    return juger(
        LISIBLE, bool(formats), "Aucun fichier de l'export n'est d'un format que le banc reconnaisse.",
        attendu=", ".join(FORMATS), recu=f"{len(fichiers)} fichier(s) : {', '.join(formats) or 'aucun format reconnu'}",
        ou=nom or "export",
    )  # fmt: skip


@verification(COMPLET, BORNE)
def periode_respectee(
    octets: bytes, dedans: Sequence[CompteRenduAttendu], dehors: Sequence[CompteRenduAttendu], entier: bytes
) -> list[Constat]:
    """`dedans`, `dehors` : comptes rendus dont l'acte est dans la période, ou hors d'elle.

    `entier` : l'export de tout l'historique. Un logiciel qui retient une autre date que celle de l'acte n'exporte rien
    ici et tout là : une personne regarde, car le texte ne nomme pas la date. Une absence n'est crue que si un autre
    compte rendu se lit dans le même export.
    """
    try:
        fichiers = lire_export(octets)
    except ExportIllisible as erreur:
        return [COMPLET.sans_objet(f"l'export de la période ne se lit pas : {erreur}")]
    presents = [c for c in dedans if attribue(fichiers, c)]
    manquants = [c for c in dedans if c not in presents]
    trop = [c for c in dehors if porteurs(fichiers, c)]
    if not presents and not trop and _tous(entier, [*dedans, *dehors]):
        message = (
            "Rien de la période n'est exporté, mais tout l'est sur une période plus longue : quelle date le logiciel "
            "retient-il ?"
        )
        return [COMPLET.a_regarder(message, recu=f"{len(fichiers)} fichier(s)", ou="export de la période")]
    constats = [
        juger(
            COMPLET, bool(presents) and not manquants, "Un compte rendu de la période manque à l'export.",
            attendu=_dire(dedans), recu=f"absents, ou sans leur patient : {_dire(manquants)}" if manquants
            else f"{len(presents)} comptes rendus, avec leur patient", ou="export de la période",
        )
    ]  # fmt: skip
    if not presents and not trop:
        return [*constats, BORNE.sans_objet("aucun compte rendu ne se lit dans l'export : l'absence ne prouve rien")]
    constats.append(
        juger(
            BORNE, not trop, "Un compte rendu hors de la période est dans l'export.",
            attendu=f"ni {_dire(dehors)}", recu=_dire(trop) or f"{len(dehors)} comptes rendus absents, comme demandé",
            ou="export de la période",
        )
    )  # fmt: skip
    return constats


def _tous(octets: bytes, attendus: Sequence[CompteRenduAttendu]) -> bool:
    try:
        fichiers = lire_export(octets)
    except ExportIllisible:
        return False
    return all(attribue(fichiers, attendu) for attendu in attendus)


def _dire(attendus: Sequence[CompteRenduAttendu]) -> str:
    return ", ".join(attendu.quoi for attendu in attendus)


@verification(PROFONDEUR)
def profondeur_atteinte(
    octets: bytes, anciens: Sequence[CompteRenduAttendu], recents: Sequence[CompteRenduAttendu]
) -> Constat:
    """L'export de vingt ans porte les comptes rendus qui en approchent, à côté des récents."""
    try:
        fichiers = lire_export(octets)
    except ExportIllisible as erreur:
        return PROFONDEUR.sans_objet(f"l'export de vingt ans ne se lit pas : {erreur}")
    if not anciens or not any(porteurs(fichiers, recent) for recent in recents):
        return PROFONDEUR.sans_objet("aucun compte rendu récent ne se lit dans l'export de vingt ans")
    manquants = [ancien for ancien in anciens if not attribue(fichiers, ancien)]
    return juger(
        PROFONDEUR, not manquants, "Un compte rendu de près de vingt ans manque à l'export.",
        attendu=_dire(anciens), recu=f"absents : {_dire(manquants)}" if manquants else _dire(anciens),
        ou="export de vingt ans",
    )  # fmt: skip
