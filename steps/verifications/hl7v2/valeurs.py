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
    "HL7-VAL-02", "Les codes que HL7 fixe sont de leur table", "HL7 v2.5 et v2.6, tables 0008, 0103 et 0155",
    Confiance.OFFICIELLE,
    "Écrire un code de la table : MSA-1 AA, AE, AR, CA, CE ou CR ; MSH-11 P, T ou D ; MSH-15 et 16 AL, NE, ER ou SU.",
)  # fmt: skip
USAGES = Regle(
    "HL7-VAL-03", "Le sexe et la classe du patient sont des codes usuels", "HL7 v2.5 et v2.6, tables 0001 et 0004",
    Confiance.DOCUMENTEE, "Écrire en PID-8 M, F, U, O, A ou N, et en PV1-2 un code de la table 0004.",
)  # fmt: skip
TYPES = Regle(
    "HL7-VAL-04", "OBX-2 dit le type de la valeur d'OBX-5", "HL7 v2.5 et v2.6, § 7.4.2.2, table 0125",
    Confiance.OFFICIELLE, "Écrire en OBX-2 un type de la table 0125 dès qu'OBX-5 a une valeur.",
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
_LOCAUX = (("PID", 8, frozenset("MFUOAN")), ("PV1", 2, frozenset("EIOPRBCNU")))
"""Tables que chaque établissement peut compléter : un autre code se regarde."""


@verification(DATES, TABLES, USAGES, TYPES)
def valeurs(message: MessageHl7) -> list[Constat]:
    """Les dates et les codes des segments usuels ; un champ vide ou effacé n'est pas jugé ici."""
    dates = list(_lues(message))
    lunaires = [(ou, valeur) for ou, valeur in dates if ou == "PID-7" and _LUNAIRE.fullmatch(valeur)]
    fausses = [
        f"{ou} « {valeur[:40]} »" for ou, valeur in dates if not ts_valide(valeur) and (ou, valeur) not in lunaires
    ]
    codes = list(_codes(message, _CODES))
    faux = [f"{ou} « {valeur[:20]} »" for ou, valeur, table in codes if valeur not in table]
    constats = [
        juger(
            DATES, not fausses, "Une date n'existe pas, ou n'a pas la forme de HL7.",
            attendu="AAAA[MM[JJ[hh[mm[ss]]]]][±hhmm]", recu=", ".join(fausses[:5]) or f"{len(dates)} date(s)",
            ou=fausses[0].partition(" ")[0] if fausses else "message",
        ),
        juger(
            TABLES, not faux, "Un code n'est pas de la table que HL7 fixe.",
            attendu="un code des tables 0008, 0103 ou 0155", recu=", ".join(faux[:5]) or f"{len(codes)} code(s)",
            ou=faux[0].partition(" ")[0] if faux else "message",
        ),
    ]  # fmt: skip
    constats += _types(message)
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


def _ecrite(segment: Segment, rang: int, numero: int) -> str:
    valeur = segment.valeur(rang, repetition=numero)
    return "" if valeur == _EFFACE else valeur
