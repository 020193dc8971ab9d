"""Le rapport d'une intégration : chaque anomalie sur son objet, et nulle part ailleurs."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.loinc.catalogue import Cle, Objet, lire_objets
from steps.verifications.loinc.fichiers import Objets
from steps.verifications.loinc.lecture import CsvIllisible, decoder, net
from steps.verifications.loinc.regles_codes import (
    R_ABSENT,
    R_BLOQUE,
    R_COLONNES,
    R_CONTENU,
    R_DISTINGUE,
    R_MULTIPLE,
    R_NON_BLOQUANT,
    R_NULLE_PART,
    R_RAPPORT,
)
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.registre import verification

Anomalies = Sequence[Mapping[str, Any]]


@verification(R_RAPPORT)
def rapport_produit(nom: str, rapport: bytes, anomalies: Anomalies | None) -> Constat:
    """`rapport` : le fichier rendu, ou rien ; `anomalies` : ce qui y a été relevé, None si rien ne l'a été."""
    if rapport:
        return R_RAPPORT.respectee(recu=f"{len(rapport)} octets", ou=nom)
    if anomalies is not None:
        message = "Le rapport a été lu mais n'est pas joint : joignez-le, la preuve le demande."
        return R_RAPPORT.a_regarder(message, recu=f"{len(anomalies)} anomalie(s)", ou=nom)
    return R_RAPPORT.enfreinte("Aucun rapport d'import.", attendu="un rapport", recu="rien", ou=nom)


@verification(R_ABSENT, R_NON_BLOQUANT, R_DISTINGUE, R_NULLE_PART)
def absents_signales(
    nom: str,
    anomalies: Anomalies | None,
    avant: Objets,
    apres: Objets,
    donnes: Mapping[Cle, str],
    absents: Mapping[Cle, str],
) -> list[Constat]:
    """`donnes` : tous les codes du fichier ; `absents` : ceux d'entre eux qui ne sont pas dans le jeu de valeurs."""
    if anomalies is None:
        return [R_ABSENT.a_regarder(f"Lisez le rapport : il doit signaler {', '.join(absents.values())}.", ou=nom)]
    vus = _vus(avant, apres)
    releve = bool(apres)
    muets = [cle for cle, code in absents.items() if not _signale(anomalies, vus[cle], (code,))]
    durs = [
        cle
        for cle, code in absents.items()
        if (releve and vus[cle].code_loinc != code) or any(a.get("bloquante") for a in _de(anomalies, vus[cle]))
    ]
    admis = {cle: code for cle, code in donnes.items() if cle not in absents}
    sereins = [
        cle
        for cle, code in admis.items()
        if (not releve or vus[cle].code_loinc == code) and not _de(anomalies, vus[cle])
    ]
    attendues = [vus[cle] for cle in absents]
    trop = [a for a in anomalies if not any(_nomme(a, objet) for objet in attendues)]
    integres = juger(
        R_NON_BLOQUANT,
        not durs,
        f"{len(durs)} code(s) absent(s) du jeu de valeurs sont bloqués ou ne sont pas intégrés.",
        attendu=f"intégrés, avec un avertissement : {_noms(vus, absents, durs or list(absents))}",
        recu=", ".join(f"{vus[cle].nom} : {vus[cle].code_loinc or 'aucun code'}" for cle in durs or absents)
        + f" ; rapport : {_dire(anomalies)}",
        ou=nom,
    )
    if not durs and not releve:
        a_voir = _noms(vus, absents, list(absents))
        integres = R_NON_BLOQUANT.a_regarder("Vérifiez à l'écran que ces codes sont intégrés.", recu=a_voir, ou=nom)
    return [
        juger(
            R_ABSENT,
            not muets,
            f"{len(muets)} code(s) absent(s) du jeu de valeurs ne sont pas signalés.",
            attendu=_noms(vus, absents, muets or list(absents)),
            recu=_dire(anomalies),
            ou=nom,
        ),
        integres,
        juger(
            R_DISTINGUE,
            bool(sereins),
            "Aucun code du jeu de valeurs ne s'intègre sans être signalé : le rapport ne distingue rien.",
            attendu=f"{len(admis)} codes du jeu de valeurs intégrés sans anomalie",
            recu=f"{len(sereins)} intégrés sans anomalie, {len(anomalies)} anomalie(s)",
            ou=nom,
        ),
        juger(
            R_NULLE_PART,
            not trop,
            f"{len(trop)} anomalie(s) visent un objet dont le code est dans le jeu du banc.",
            attendu=_noms(vus, absents, list(absents)),
            recu=_dire(trop) if trop else _dire(anomalies),
            ou=nom,
        ),
    ]


@verification(R_MULTIPLE, R_BLOQUE, R_COLONNES)
def multiples_bloques(
    nom: str,
    anomalies: Anomalies | None,
    avant: Objets,
    apres: Objets,
    multiples: Mapping[Cle, tuple[str, ...]],
    cote_a_cote: bool,
) -> list[Constat]:
    """`multiples` : les codes donnés à une même analyse, sur plusieurs lignes, ou `cote_a_cote` sur la sienne."""
    vus = _vus(avant, apres)
    pris = [cle for cle, codes in multiples.items() if vus[cle].code_loinc in codes]
    muets = [
        cle
        for cle, codes in multiples.items()
        if not any(a.get("bloquante") and _parle_de(a, codes) for a in _de(anomalies or (), vus[cle]))
    ]
    attendu = ", ".join(f"{vus[cle].nom} : {' et '.join(codes)}" for cle, codes in multiples.items())
    montres = ", ".join(f"{vus[cle].nom} : {vus[cle].code_loinc or 'aucun code'}" for cle in multiples)
    if cote_a_cote:
        return [
            juger(
                R_COLONNES,
                not pris and not muets,
                "Plusieurs codes côte à côte ne bloquent pas l'intégration de l'analyse, ou ne sont pas signalés.",
                attendu=f"erreur bloquante : {attendu}",
                recu=f"{_dire(anomalies or ())} ; {montres}",
                ou=nom,
            )
        ]
    if anomalies is None:
        signale = R_MULTIPLE.a_regarder(f"Lisez le rapport : il doit bloquer {attendu}.", ou=nom)
    else:
        signale = juger(
            R_MULTIPLE,
            not muets,
            "Plusieurs codes pour une même analyse ne sont pas signalés comme bloquants.",
            attendu=f"erreur bloquante : {attendu}",
            recu=_dire(anomalies),
            ou=nom,
        )
    if not apres:
        return [
            signale,
            R_BLOQUE.a_regarder("Vérifiez à l'écran que l'analyse n'a pris aucun code.", recu=attendu, ou=nom),
        ]
    bloque = juger(
        R_BLOQUE,
        not pris,
        "L'analyse a pris l'un de ses codes LOINC multiples.",
        attendu=f"aucun de ces codes : {attendu}",
        recu=montres,
        ou=nom,
    )
    return [signale, bloque]


@verification(R_CONTENU)
def rapport_parlant(nom: str, rapport: bytes, avant: Objets, attendues: Mapping[Cle, tuple[str, ...]]) -> Constat:
    """Le texte du rapport nomme les objets en anomalie et leurs codes ; un format non textuel va à une personne."""
    texte = _texte(rapport)
    if texte is None:
        message = "Le rapport n'est ni un texte ni un PDF lisible : vérifiez qu'il nomme chaque objet et ses codes."
        return R_CONTENU.a_regarder(message, recu=", ".join(c for codes in attendues.values() for c in codes), ou=nom)
    vus = _vus(avant, ())
    manques = [
        f"{vus[cle].nom} : {', '.join(codes)}"
        for cle, codes in attendues.items()
        if not any(n in texte for n in (vus[cle].code, vus[cle].libelle) if n) or not all(c in texte for c in codes)
    ]
    return juger(
        R_CONTENU,
        not manques,
        f"Le rapport ne dit rien de {len(manques)} objet(s) en anomalie.",
        attendu=" ; ".join(manques) or f"{len(attendues)} objets en anomalie",
        recu=texte[:300],
        ou=nom,
    )


def _vus(avant: Objets, apres: Objets) -> dict[Cle, Objet]:
    """Les objets montrés après ; celui qui n'y est pas, disparu ou non relevé, y revient sans code LOINC."""
    connus = {objet.cle: replace(objet, code_loinc="") for objet in lire_objets(avant)}
    return connus | {objet.cle: objet for objet in lire_objets(apres)}


def _texte(rapport: bytes) -> str | None:
    if rapport.startswith(b"%PDF"):
        try:
            return net(lire_pdf(rapport).texte) or None
        except PdfIllisible:
            return None
    if rapport.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return None
    try:
        return net(html.unescape(decoder(rapport)[0]))
    except CsvIllisible:
        return None


def _nomme(anomalie: Mapping[str, Any], objet: Objet) -> bool:
    return net(str(anomalie.get("code"))) in {objet.code, objet.libelle} - {""}


def _parle_de(anomalie: Mapping[str, Any], codes: Sequence[str]) -> bool:
    """Les codes LOINC de l'anomalie, s'ils sont relevés, sont ceux-là."""
    dits = [net(str(code)) for code in anomalie.get("codes_loinc") or ()]
    return not dits or all(code in dits for code in codes)


def _de(anomalies: Anomalies, objet: Objet) -> list[Mapping[str, Any]]:
    return [anomalie for anomalie in anomalies if _nomme(anomalie, objet)]


def _signale(anomalies: Anomalies, objet: Objet, codes: Sequence[str]) -> bool:
    return any(_parle_de(anomalie, codes) for anomalie in _de(anomalies, objet))


def _noms(vus: Mapping[Cle, Objet], codes: Mapping[Cle, str], cles: Sequence[Cle]) -> str:
    return ", ".join(f"{vus[cle].nom} : {codes[cle]}" for cle in cles)


def _dire(anomalies: Anomalies) -> str:
    dites = [
        " ".join((str(a.get("code")), *map(str, a.get("codes_loinc") or ())))
        + (" (bloquante)" if a.get("bloquante") else " (non bloquante)")
        for a in anomalies
    ]
    return ", ".join(dites) or "aucune anomalie"
