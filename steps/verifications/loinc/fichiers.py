"""Un fichier exporté : son nom, sa forme, ses champs obligatoires, son volume."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.constat import Constat
from steps.verifications.cda.dates import PARIS
from steps.verifications.cda.jugement import juger
from steps.verifications.loinc.catalogue import lire_objets
from steps.verifications.loinc.export import Export, lire_export
from steps.verifications.loinc.formats import EXPORTS, MINIMUM
from steps.verifications.loinc.lecture import CsvIllisible
from steps.verifications.loinc.regles_export import R_CHAMPS, R_LISIBLE, R_NOM, R_OBLIGATOIRES, R_VOLUME
from steps.verifications.registre import verification

_ECART = timedelta(minutes=1)
Objets = Sequence[Mapping[str, Any]]


def ouvrir(fichier: str, octets: bytes, objets: Objets) -> Export:
    """L'export lu, en-tête écartée grâce aux libellés montrés ; lève `CsvIllisible`."""
    return lire_export(fichier, octets, {objet.libelle for objet in lire_objets(objets)})


@verification(R_NOM)
def nom_du_fichier(fichier: str, nom: str, debut: datetime, fin: datetime) -> Constat:
    """`nom` : celui que le logiciel a donné au fichier exporté entre `debut` et `fin`."""
    if not nom:
        return R_NOM.a_regarder("Le nom donné au fichier n'a pas été relevé.", ou=fichier)
    instants = (debut - _ECART, fin + _ECART)
    jours = {f"{instant.astimezone(fuseau):%Y%m%d}" for instant in instants for fuseau in (PARIS, UTC)}
    racine = EXPORTS[fichier].racine
    return juger(
        R_NOM,
        nom in {f"{racine}_{jour}.csv" for jour in jours},
        "Le fichier exporté ne porte pas le nom prévu.",
        attendu=f"{racine}_{fin.astimezone(PARIS):%Y%m%d}.csv",
        recu=nom,
        ou=f"nom du fichier {fichier}",
    )


@verification(R_LISIBLE, R_CHAMPS, R_OBLIGATOIRES)
def forme(fichier: str, octets: bytes, objets: Objets) -> list[Constat]:
    """Texte à points-virgules, nombre de champs de chaque ligne, champs obligatoires remplis."""
    attendu = EXPORTS[fichier]
    if not octets:
        return [R_LISIBLE.enfreinte("Aucun fichier n'est exporté.", attendu="un fichier", recu="rien", ou=fichier)]
    try:
        export = ouvrir(fichier, octets, objets)
    except CsvIllisible as erreur:
        return [
            R_LISIBLE.enfreinte(
                f"Le fichier ne se lit pas : {erreur}.",
                attendu="un texte à champs séparés par des points-virgules",
                recu=octets[:200].decode("cp1252", "replace"),
                ou=fichier,
            )
        ]
    separateur = _autre_separateur(export)
    if separateur is not None:
        return [
            R_LISIBLE.enfreinte(
                "Les champs ne sont pas séparés par des points-virgules.",
                attendu="des champs séparés par « ; »",
                recu=f"séparateur {separateur!r} : {export.donnees[0].texte[:120]}",
                ou=f"{fichier}, ligne {export.donnees[0].rang}",
            )
        ]
    lisible = R_LISIBLE.respectee(recu=f"{len(export.donnees)} lignes, {export.csv.encodage}", ou=fichier)
    champs = _champs(export)
    if champs.attendu:
        return [lisible, champs]
    vides = [
        (ligne.rang, attendu.champs[rang])
        for ligne, valeurs in zip(export.donnees, export.lignes(), strict=True)
        for rang in attendu.obligatoires
        if not valeurs[rang]
    ]
    obligatoires = juger(
        R_OBLIGATOIRES,
        not vides,
        f"Un champ obligatoire est vide ({len(vides)} fois).",
        attendu=f"{', '.join(attendu.champs[rang] for rang in attendu.obligatoires)} sur chaque ligne",
        recu=f"ligne {vides[0][0]} : {vides[0][1]} vide" if vides else f"remplis sur {len(export.donnees)} lignes",
        ou=f"{fichier}, ligne {vides[0][0]}" if vides else fichier,
    )
    return [lisible, champs, obligatoires]


def _autre_separateur(export: Export) -> str | None:
    """Le séparateur qui donne à chaque ligne son compte de champs, quand le point-virgule ne le donne pas."""
    voulus = len(export.format.champs)
    textes = [ligne.texte for ligne in export.donnees]
    if sum(len(ligne.champs) >= voulus for ligne in export.donnees) * 2 > len(textes):
        return None
    for separateur in ("\t", ",", "|"):
        try:
            if all(len(champs) == voulus for champs in csv.reader(textes, delimiter=separateur)):
                return separateur
        except csv.Error:
            continue
    return "aucun" if all(len(ligne.champs) == 1 for ligne in export.donnees) else None


def _champs(export: Export) -> Constat:
    """Un séparateur de plus en fin de chaque ligne est admis ; des champs facultatifs omis à la fin se regardent."""
    voulus = len(export.format.champs)
    final = all(len(e.champs) == voulus + 1 and not e.champs[-1].strip() for e in export.donnees)
    fausses = [e for e in export.donnees if len(e.champs) != voulus and not final]
    requis = max(export.format.obligatoires) + 1
    if fausses and all(requis <= len(e.champs) < voulus for e in fausses):
        return R_CHAMPS.a_regarder(
            f"{len(fausses)} ligne(s) s'arrêtent avant leurs derniers champs, facultatifs : est-ce voulu ?",
            recu=fausses[0].texte,
            ou=f"{export.fichier}, ligne {fausses[0].rang}",
        )
    pire = next((e for e in fausses if not requis <= len(e.champs) < voulus), None)
    return juger(
        R_CHAMPS,
        pire is None,
        f"{len(fausses)} ligne(s) n'ont pas les {voulus} champs prévus.",
        attendu=f"{voulus} champs : {' ; '.join(export.format.champs)}",
        recu=f"{len(pire.champs)} champs : {pire.texte[:300]}" if pire else f"{voulus} champs sur chaque ligne",
        ou=f"{export.fichier}, ligne {pire.rang}" if pire else export.fichier,
    )


@verification(R_VOLUME)
def volume(fichier: str, octets: bytes, objets: Objets) -> Constat:
    """Au moins dix chapitres et sous-chapitres, ou dix analyses ; sans objet si le catalogue montré est plus petit."""
    lignes = ouvrir(fichier, octets, objets).lignes()
    voulues = ("chapitre", "sous_chapitre") if fichier == "LOINC_1" else ("analyse",)
    montres = sum(1 for objet in lire_objets(objets) if objet.nature in voulues)
    if fichier == "LOINC_1":
        vus = len({ligne[:2] for ligne in lignes}) + len({ligne for ligne in lignes if ligne[2] or ligne[3]})
    else:
        vus = len({ligne[7 if fichier == "LOINC_2" else 0] for ligne in lignes} - {""})
    quoi = EXPORTS[fichier].compte
    if vus < MINIMUM and montres < MINIMUM:
        return R_VOLUME.sans_objet(
            f"{max(vus, montres)} {quoi} seulement : le scénario en demande {MINIMUM}, complétez la base d'essai"
        )
    return juger(
        R_VOLUME,
        vus >= MINIMUM,
        f"L'export ne compte pas {MINIMUM} {quoi}.",
        attendu=f"au moins {MINIMUM} {quoi}, le logiciel en montre {montres}",
        recu=f"{vus} {quoi}",
        ou=fichier,
    )
