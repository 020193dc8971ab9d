"""Les valeurs que HL7 fixe dans tout message : dates du calendrier, codes des tables, quel que soit le volet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.dates import ts_valide
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.segment import Segment
from steps.verifications.registre import verification

DATES = Regle(
    "HL7-VAL-01", "Chaque date existe et suit la forme AAAAMMJJhhmmss±hhmm", "HL7 v2.5 et v2.6, § 2.A (TS, DTM)",
    Confiance.OFFICIELLE, "Écrire des dates du calendrier, à la précision connue, sans séparateur.",
)  # fmt: skip
TABLES = Regle(
    "HL7-VAL-02", "Les codes que HL7 fixe sont de leur table",
    "HL7 v2.5 et v2.6, tables 0008, 0103, 0155, 0190 et 0200",
    Confiance.OFFICIELLE,
    "Écrire un code de la table : MSA-1 AA, AE, AR, CA, CE ou CR ; MSH-11 P, T ou D ; MSH-15 et 16 AL, NE, ER ou SU ; "
    "type d'un nom en PID-5.7 (L, D…), d'une adresse en PID-11.7 (H, BDL…).",
)  # fmt: skip
USAGES = Regle(
    "HL7-VAL-03", "Le sexe, la classe du patient et le jeu de caractères sont des codes usuels",
    "HL7 v2.5 et v2.6, tables 0001, 0004 et 0211", Confiance.DOCUMENTEE,
    "Écrire en PID-8 M, F, U, O, A ou N, en PV1-2 un code de la table 0004, en MSH-18 un jeu de la table 0211.",
)  # fmt: skip
TYPES = Regle(
    "HL7-VAL-04", "OBX-2 dit le type de la valeur d'OBX-5", "HL7 v2.5 et v2.6, § 7.4.2.2, table 0125",
    Confiance.OFFICIELLE, "Écrire en OBX-2 un type de la table 0125 dès qu'OBX-5 a une valeur.",
)  # fmt: skip

IDENTIFIANTS = Regle(
    "HL7-VAL-05", "Chaque identifiant de patient a son numéro, et le patient a un nom",
    "HL7 v2.5 et v2.6, § 3.4.2 (PID-3, PID-5), § 3.4.9 (MRG-1) et § 2.A (CX.1)",
    Confiance.OFFICIELLE, "Écrire le numéro de chaque répétition de PID-3 et de MRG-1, et le nom en PID-5.",
)  # fmt: skip

_TYPES_OBX = frozenset(
    {
        "AD", "CE", "CF", "CK", "CN", "CNE", "CP", "CWE", "CX", "DR", "DT", "DTM", "ED", "EI", "FT", "ID", "IS", "MA",
        "MO", "NA", "NM", "PN", "PPN", "RP", "SI", "SN", "ST", "TM", "TN", "TS", "TX", "XAD", "XCN", "XON", "XPN",
        "XTN",
    }
)  # fmt: skip
_DATES: dict[str, tuple[int, ...]] = {
    "MSH": (7,), "EVN": (2, 3, 6), "PID": (7, 29), "PV1": (44, 45), "ORC": (9, 15), "OBR": (6, 7, 8, 14, 22),
    "OBX": (14, 19), "TXA": (4, 6, 7, 8), "MRG": (),
}  # fmt: skip
"""Champs de type TS ou DTM de ces segments."""
_LUNAIRE = re.compile(r"\d{4}(00|(0[1-9]|1[0-2])00|0000)")
"""Date de naissance dont le jour ou le mois, inconnus, sont écrits à zéro : des systèmes l'écrivent ainsi."""
_EFFACE = '""'
_CODES = (
    ("MSA", 1, frozenset({"AA", "AE", "AR", "CA", "CE", "CR"})),
    ("MSH", 11, frozenset("PTD")),
    ("MSH", 15, frozenset({"AL", "NE", "ER", "SU"})),
    ("MSH", 16, frozenset({"AL", "NE", "ER", "SU"})),
)
_NOMS = frozenset("ABCDFGIKLMNPRSTU") | {"BAD", "MSK", "NAV", "NB", "NOUSE", "REL", "TEMP"}
"""Table 0200, de v2.5 à v2.8 : types d'un nom."""
_ADRESSES = frozenset("BCFHLMNOPSV") | {"BA", "BDL", "BI", "BR", "RH", "SH", "TM"}
"""Table 0190, de v2.5 à v2.8 : types d'une adresse."""
_TYPES_DE = (("PID", 5, 7, _NOMS), ("PID", 11, 7, _ADRESSES))
"""(segment, champ, composant, table) : chaque répétition dit de quoi elle est le nom ou l'adresse."""
_JEUX = frozenset(
    {
        "ASCII", *(f"8859/{n}" for n in (*range(1, 10), 15)), "JAS2020", "JIS X 0202", "ISO IR6", "ISO IR14",
        "ISO IR87", "ISO IR159", "GB 18030-2000", "KS X 1001", "CNS 11643-1992", "BIG-5", "UNICODE", "UNICODE UTF-8",
        "UNICODE UTF-16", "UNICODE UTF-32",
    }
)  # fmt: skip
_LOCAUX = (("PID", 8, frozenset("MFUOAN")), ("PV1", 2, frozenset("EIOPRBCNU")), ("MSH", 18, _JEUX))
"""Tables que chaque établissement peut compléter, et le jeu de caractères : un autre code se regarde."""


@verification(DATES, TABLES, USAGES, TYPES, IDENTIFIANTS)
def valeurs(message: MessageHl7) -> list[Constat]:
    """Les dates, les codes et les identifiants des segments usuels ; un champ effacé n'est pas jugé ici."""
    dates = list(_lues(message))
    lunaires = [(ou, valeur) for ou, valeur in dates if ou == "PID-7" and _LUNAIRE.fullmatch(valeur)]
    fausses = [
        f"{ou} « {valeur[:40]} »" for ou, valeur in dates if not ts_valide(valeur) and (ou, valeur) not in lunaires
    ]
    codes = [*_codes(message, _CODES), *_types_de(message)]
    faux = [f"{ou} « {valeur[:20]} »" for ou, valeur, table in codes if valeur not in table]
    constats = [
        juger(
            DATES, not fausses, "Une date n'existe pas, ou n'a pas la forme de HL7.",
            attendu="AAAA[MM[JJ[hh[mm[ss]]]]][±hhmm]", recu=", ".join(fausses[:5]) or f"{len(dates)} date(s)",
            ou=fausses[0].partition(" ")[0] if fausses else "message",
        ),
        juger(
            TABLES, not faux, "Un code n'est pas de la table que HL7 fixe.",
            attendu="un code des tables 0008, 0103, 0155, 0190 ou 0200",
            recu=", ".join(faux[:5]) or f"{len(codes)} code(s)",
            ou=faux[0].partition(" ")[0] if faux else "message",
        ),
    ]  # fmt: skip
    constats += _types(message) + _identifiants(message)
    for ou, valeur in lunaires:
        texte = f"{ou} : un jour ou un mois inconnu est écrit à zéro ; HL7 veut la date tronquée à ce qui est connu"
        constats.append(DATES.a_regarder(texte, recu=valeur, ou=ou))
    for ou, valeur, table in _codes(message, _LOCAUX):
        if valeur not in table:
            texte = f"{ou} : code hors de la table usuelle ; dites si les deux systèmes l'ont convenu"
            constats.append(USAGES.a_regarder(texte, recu=f"{valeur[:40]}, table : {', '.join(sorted(table))}", ou=ou))
    return constats


def _types(message: MessageHl7) -> list[Constat]:
    values = [segment for segment in message.tous("OBX") if segment.champ(5).strip()]
    if not values:
        return []
    sans = [f"OBX {s.valeur(1) or '?'} : « {s.valeur(2)[:10]} »" for s in values if s.valeur(2) not in _TYPES_OBX]
    return [
        juger(
            TYPES, not sans, "Une valeur d'OBX-5 n'a pas son type.", attendu="un type de la table 0125",
            recu=", ".join(sans[:5]) or f"{len(values)} valeur(s) typée(s)", ou="OBX-2" if sans else "OBX",
        )
    ]  # fmt: skip


def _identifiants(message: MessageHl7) -> list[Constat]:
    """Une répétition qui ne dit que l'autorité ou le type ne désigne personne ; un champ vide revient à STR."""
    patients = message.tous("PID")
    if not patients:
        return []
    lieux = [(s, "PID-3", 3) for s in patients] + [(s, "MRG-1", 1) for s in message.tous("MRG")]
    fautes, numeros = [], 0
    for segment, ou, rang in lieux:
        vides = f"{segment.separateurs.composant}{segment.separateurs.sous_composant} "
        ecrites = [n for n, brut in enumerate(segment.repetitions(rang), 1) if brut.strip(vides)]
        sans = [n for n in ecrites if not segment.valeur(rang, repetition=n)]
        numeros += len(ecrites) - len(sans)
        fautes += [f"{ou}, répétition {n} : pas de numéro" for n in sans]
        fautes += [] if ecrites or not segment.champ(rang) else [f"{ou} : aucun identifiant"]
    for segment in patients:
        noms = (
            segment.valeur(5, part, repetition=n) for n in range(1, len(segment.repetitions(5)) + 1) for part in (1, 2)
        )
        fautes += [] if any(noms) or not segment.champ(5) else ["PID-5 : aucun nom"]
    return [
        juger(
            IDENTIFIANTS, not fautes, "Un identifiant de patient n'a pas de numéro, ou le patient n'a pas de nom.",
            attendu="un numéro par identifiant (CX.1), un nom en PID-5",
            recu=" ; ".join(fautes[:5]) or f"{numeros} identifiant(s) et un nom",
            ou=fautes[0].partition(" ")[0].rstrip(",") if fautes else "PID",
        )
    ]  # fmt: skip


def _lues(message: MessageHl7) -> Iterator[tuple[str, str]]:
    for segment in message.segments:
        for rang in _DATES.get(segment.nom, ()):
            for numero in range(1, len(segment.repetitions(rang)) + 1):
                if valeur := _ecrite(segment, rang, numero):
                    yield f"{segment.nom}-{rang}", valeur


def _codes(
    message: MessageHl7, lieux: tuple[tuple[str, int, frozenset[str]], ...]
) -> Iterator[tuple[str, str, frozenset[str]]]:
    for nom, rang, table in lieux:
        for segment in message.tous(nom):
            if valeur := _ecrite(segment, rang, 1):
                yield f"{nom}-{rang}", valeur, table


def _types_de(message: MessageHl7) -> Iterator[tuple[str, str, frozenset[str]]]:
    for nom, rang, composant, table in _TYPES_DE:
        for segment in message.tous(nom):
            for numero in range(1, len(segment.repetitions(rang)) + 1):
                valeur = segment.valeur(rang, composant, repetition=numero)
                if valeur and valeur != _EFFACE:
                    yield f"{nom}-{rang}.{composant}", valeur, table


def _ecrite(segment: Segment, rang: int, numero: int) -> str:
    valeur = segment.valeur(rang, repetition=numero)
    return "" if valeur == _EFFACE else valeur
